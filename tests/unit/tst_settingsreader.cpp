// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/configurationerror.h>
#include <semper/settingsreader.h>

#include <QDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

/// All that can be read.
struct Settings
{
    qint64 rows = 7;
    std::chrono::milliseconds interval{3000};
    QString queue = u"jobs"_s;
    QString file;
    QJsonValue other;

    explicit Settings(const QJsonObject &json)
    {
        SettingsReader reader(json);
        reader.read("rows", rows, 1, 1000);
        reader.read(u"interval_ms", interval, 100ms, 24h);
        reader.read(u"queue", queue);
        reader.readPath(u"file", file);
        other = reader.take(u"other");
        reader.finish();
    }
};

QString errorOf(const QJsonObject &json)
{
    try {
        const Settings settings(json);
    } catch (const ConfigurationError &error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

} // namespace

class TestSettingsReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsMissingKeepsItsDefault();
    void whatIsThereIsRead();
    void whatMakesNoSenseIsRefused_data();
    void whatMakesNoSenseIsRefused();
};

void TestSettingsReader::whatIsMissingKeepsItsDefault()
{
    const Settings settings({});
    QCOMPARE(settings.rows, 7);
    QCOMPARE(settings.interval, 3s);
    QCOMPARE(settings.queue, u"jobs"_s);
    QVERIFY(settings.file.isEmpty());
    QVERIFY(settings.other.isUndefined());
}

void TestSettingsReader::whatIsThereIsRead()
{
    const Settings settings({{u"rows"_s, 1}, {u"interval_ms"_s, 100}, {u"queue"_s, u"mail"_s},
        {u"file"_s, u"a/b"_s}, {u"other"_s, QJsonObject{{u"x"_s, 1}}}});
    QCOMPARE(settings.rows, 1);
    QCOMPARE(settings.interval, 100ms);
    QCOMPARE(settings.queue, u"mail"_s);
    QCOMPARE(settings.file, QDir::current().absoluteFilePath(u"a/b"_s));
    QCOMPARE(settings.other[u"x"], 1);
}

void TestSettingsReader::whatMakesNoSenseIsRefused_data()
{
    QTest::addColumn<QJsonObject>("json");
    QTest::addColumn<QString>("error");
    QTest::newRow("too small") << QJsonObject{{u"rows"_s, 0}}
                               << u"settings.rows: expected a whole number from 1 to 1000"_s;
    QTest::newRow("half") << QJsonObject{{u"rows"_s, 1.5}}
                          << u"settings.rows: expected a whole number from 1 to 1000"_s;
    QTest::newRow("text") << QJsonObject{{u"interval_ms"_s,
        u"3s"_s}} << u"settings.interval_ms: expected a whole number from 100 to 86400000"_s;
    QTest::newRow("no text") << QJsonObject{{u"queue"_s, QString()}}
                             << u"settings.queue: expected some text"_s;
    QTest::newRow("no path") << QJsonObject{{u"file"_s, 7}} << u"settings.file: expected a path"_s;
    QTest::newRow("misspelt")
        << QJsonObject{{u"row"_s, 1}}
        << u"settings.row: unknown; known are rows, interval_ms, queue, file, "
           "other"_s;
}

void TestSettingsReader::whatMakesNoSenseIsRefused()
{
    QFETCH(const QJsonObject, json);
    QTEST(errorOf(json), "error");
}

QTEST_GUILESS_MAIN(TestSettingsReader)
#include "tst_settingsreader.moc"
