// SPDX-License-Identifier: GPL-3.0-or-later
#include "process/utc.h"
#include "spec/timezonename.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

/// Needs the time zone data of the machine (package tzdata).
class TestTimeZoneName : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aZoneIsFound_data();
    void aZoneIsFound();
    void whatIsNoZoneIsRefused_data();
    void whatIsNoZoneIsRefused();
    void missingDataIsTold();
    void theLocalZoneIsAlwaysValid_data();
    void theLocalZoneIsAlwaysValid();
    void aFileTellsItsZone_data();
    void aFileTellsItsZone();
    void cleanup() { qunsetenv("TZ"); }
};

void TestTimeZoneName::aZoneIsFound_data()
{
    QTest::addColumn<int>("summerOffset"); // seconds, on 1 July 2025
    QTest::newRow("UTC") << 0;
    QTest::newRow("Etc/UTC") << 0;
    QTest::newRow("UTC+02:00") << 7200;
    QTest::newRow("Etc/GMT+2") << -7200; // POSIX counts westward
    QTest::newRow("Europe/Berlin") << 7200;
    QTest::newRow("America/New_York") << -14400;
    QTest::newRow("America/Argentina/Buenos_Aires") << -10800;
}

void TestTimeZoneName::aZoneIsFound()
{
    QFETCH(int, summerOffset);
    const auto found = findTimeZone(QString::fromLatin1(QTest::currentDataTag()));
    if (const auto *fault = std::get_if<QString>(&found))
        QFAIL(qPrintable(*fault));
    const QDateTime summer(QDate(2025, 7, 1), QTime(0, 0), utcZone);
    QCOMPARE(std::get<QTimeZone>(found).offsetFromUtc(summer), summerOffset);
}

void TestTimeZoneName::whatIsNoZoneIsRefused_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("fault");
    const auto row = [](const char *name, const char *rest) {
        QTest::newRow(*name ? name : "nothing")
            << QString::fromUtf8(name)
            << u"no time zone \"%1\"; %2"_s.arg(QString::fromUtf8(name), QString::fromUtf8(rest));
    };
    row("Europe/Berln", "did you mean \"Europe/Berlin\"?");
    row("europe/berlin", "did you mean \"Europe/Berlin\"?");
    row("Europa/Berlin", "did you mean \"Europe/Berlin\"?");
    row("utc", "did you mean \"UTC\"?");
    const char *rest = "names are like \"Europe/Berlin\" or \"UTC\"";
    row("", rest);
    row("Berlin", rest); // QTimeZone takes it for a POSIX rule
    row("Europe", rest);
    row("Atlantis/Capital", rest);
    row("../../../etc/passwd", rest);
    row("Europe/Zürich, in der Schweiz", rest);
}

void TestTimeZoneName::whatIsNoZoneIsRefused()
{
    QFETCH(QString, name);
    QFETCH(QString, fault);
    const auto found = findTimeZone(name);
    QVERIFY(std::holds_alternative<QString>(found));
    QCOMPARE(std::get<QString>(found), fault);
}

void TestTimeZoneName::missingDataIsTold()
{
    QCOMPARE(noTimeZone(u"Europe/Berlin"_s, {u"UTC"_s, u"UTC+01:00"_s}),
        u"no time zone \"Europe/Berlin\"; this machine has no time zone data (package tzdata)"_s);
}

void TestTimeZoneName::theLocalZoneIsAlwaysValid_data()
{
    QTest::addColumn<QByteArray>("tz");
    QTest::addColumn<int>("summerOffset");
    QTest::newRow("Berlin") << QByteArray("Europe/Berlin") << 7200;
    QTest::newRow("of a file") << QByteArray(":/usr/share/zoneinfo/America/New_York") << -14400;
    QTest::newRow("without data") << QByteArray("No/Where") << 0;
}

void TestTimeZoneName::theLocalZoneIsAlwaysValid()
{
    QFETCH(QByteArray, tz);
    QFETCH(int, summerOffset);
    qputenv("TZ", tz);
    const QTimeZone zone = localTimeZone();
    QVERIFY(zone.isValid());
    const QDateTime summer(QDate(2025, 7, 1), QTime(0, 0), utcZone);
    QCOMPARE(zone.offsetFromUtc(summer), summerOffset);
}

void TestTimeZoneName::aFileTellsItsZone_data()
{
    QTest::addColumn<QString>("target"); // of a link
    QTest::addColumn<QByteArray>("id");
    const QString data = u"/usr/share/zoneinfo/"_s;
    QTest::newRow("a link") << data + u"America/New_York"_s << QByteArray("America/New_York");
    QTest::newRow("by way of another")
        << u"../usr/share/zoneinfo/Asia/Tokyo"_s << QByteArray("Asia/Tokyo");
    QTest::newRow("another set of data")
        << data + u"posix/Europe/Berlin"_s << QByteArray("Europe/Berlin");
    QTest::newRow("to nowhere") << u"/nowhere"_s << QByteArray();
    QTest::newRow("no data") << u"/proc/version"_s << QByteArray();
    QTest::newRow("itself") << u"localtime"_s << QByteArray();
}

void TestTimeZoneName::aFileTellsItsZone()
{
    QFETCH(const QString, target);
    QFETCH(const QByteArray, id);
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"localtime"_s);
    QVERIFY(QFile::link(target, path));
    QCOMPARE(timeZoneOfFile(path), id);

    if (!target.startsWith(u"/usr"_s) || !QFile::exists(target))
        return;
    const QString copy = folder.filePath(u"copy"_s);
    QVERIFY(QFile::copy(target, copy));
    // Perhaps under one of its other names.
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QTimeZone zone(timeZoneOfFile(copy));
    QVERIFY(zone.isValid());
    QCOMPARE(zone.offsetFromUtc(now), QTimeZone(id).offsetFromUtc(now));
    QCOMPARE(zone.nextTransition(now).atUtc, QTimeZone(id).nextTransition(now).atUtc);
}

QTEST_GUILESS_MAIN(TestTimeZoneName)
#include "tst_timezonename.moc"
