// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journal.h"
#include "journal/salvage.h"
#include "protocol/keys.h"

#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <optional>
#include <random>
#include <set>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr int patience = 30'000;
constexpr int eventCount = 600;
constexpr qint64 page = 4096;
// A page holds some 25 of the small events. What goes on in other pages goes with any of these.
constexpr qsizetype mostLost = 60;

/// With the switch of the long tests, more rounds.
int rounds()
{
    return qEnvironmentVariableIsSet("SEMPER_LONG_TESTS") ? 1000 : 60;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(bytes) != bytes.size())
        qFatal("cannot write");
}

/// The ids of the events "start" that a journal in \a folder finds, once it is sound again.
std::set<qint64> idsIn(const QString &folder)
{
    Journal journal;
    if (journal.open(folder, {}))
        qFatal("no journal");
    journal.record("server_started"_L1);
    std::set<qint64> ids;
    for (int tries = 0; tries < 3; ++tries) {
        std::optional<EventPage> found;
        journal.read({.limit = 10'000}, [&found](const EventPage &it) { found = it; });
        if (!QTest::qWaitFor([&found] { return found.has_value(); }, patience))
            qFatal("no answer");
        for (const QByteArray &text : found->events) {
            const QJsonObject event = QJsonDocument::fromJson(text).object();
            if (event.value(keys::type) == u"start"_s)
                ids.insert(event.value(keys::id).toInteger());
        }
        if (!found->isPartial)
            break;
    }
    if (!journal.close())
        qFatal("the journal did not recover");
    return ids;
}

} // namespace

/// What becomes of a file that is not what it was.
class TestJournalDamage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void onlyWhatTheDamageHitIsLost_data();
    void onlyWhatTheDamageHitIsLost();
    void aSchemeThatPointsElsewhereIsDamage();
    void anyByteMayBeWrong();
    void itMayBeCutAnywhere();
    void theDamagedFileIsKeptAndTold();
    void aLogThatWasCutLosesItsEnd();
    void salvageFindsLongEvents();

private:
    QByteArray m_sound;
    QByteArray m_ids;
};

void TestJournalDamage::initTestCase()
{
    const QTemporaryDir folder;
    Journal journal;
    QCOMPARE(journal.open(folder.path(), {}), std::nullopt);
    for (int i = 0; i < eventCount; ++i) {
        QJsonObject fields{{keys::process, u"shop"_s}, {keys::instance, i % 7}};
        if (i % 50 == 0)
            fields.insert(keys::text, QString(6000, u'y')); // more than a page holds
        journal.record("start"_L1, fields);
    }
    QVERIFY(journal.close());
    m_sound = contentOf(folder.filePath(u"journal.sqlite"_s));
    QVERIFY(m_sound.size() > 30 * page);
}

void TestJournalDamage::onlyWhatTheDamageHitIsLost_data()
{
    QTest::addColumn<qint64>("at");
    QTest::addColumn<qint64>("bytes");
    QTest::newRow("nothing") << qint64(0) << qint64(0);
    QTest::newRow("the file's header") << qint64(0) << qint64(100);
    QTest::newRow("the whole first page") << qint64(0) << page;
    QTest::newRow("the root of the events") << page << page;
    QTest::newRow("the roots of the indices") << 2 * page << 2 * page;
    QTest::newRow("a leaf") << 6 * page << page;
    QTest::newRow("two half pages") << 6 * page + page / 2 << page;
}

void TestJournalDamage::onlyWhatTheDamageHitIsLost()
{
    QFETCH(const qint64, at);
    QFETCH(const qint64, bytes);
    const QTemporaryDir folder;
    QByteArray damaged = m_sound;
    damaged.replace(at, bytes, QByteArray(bytes, '\xa5'));
    write(folder.filePath(u"journal.sqlite"_s), damaged);
    const auto ids = idsIn(folder.path());
    QVERIFY2(qsizetype(ids.size()) >= eventCount - (at >= 4 * page ? mostLost : 0),
        qPrintable(QString::number(ids.size())));
}

// It once had SQLite look for the events in an empty page, and find none.
void TestJournalDamage::aSchemeThatPointsElsewhereIsDamage()
{
    const qsizetype sql = m_sound.indexOf("CREATE TABLE events");
    QVERIFY(sql > 0 && sql < page);
    QCOMPARE(m_sound.at(sql - 1), '\x02'); // the page of its root, in the column before
    const QTemporaryDir folder;
    QByteArray damaged = m_sound;
    damaged[sql - 1] = '\x04';
    write(folder.filePath(u"journal.sqlite"_s), damaged);
    QCOMPARE(idsIn(folder.path()).size(), std::size_t(eventCount));
}

void TestJournalDamage::anyByteMayBeWrong()
{
    std::minstd_rand random(std::minstd_rand::result_type(7));
    for (int round = 0; round < rounds(); ++round) {
        const QTemporaryDir folder;
        QByteArray damaged = m_sound;
        const auto at = qsizetype(random() % quint64(damaged.size()));
        damaged[at] = char(damaged.at(at) ^ char(1 + random() % 255));
        write(folder.filePath(u"journal.sqlite"_s), damaged);
        const auto ids = idsIn(folder.path());
        QVERIFY2(qsizetype(ids.size()) >= eventCount - mostLost,
            qPrintable(u"%1 events, byte %2 of %3"_s.arg(ids.size()).arg(at).arg(damaged.size())));
    }
}

void TestJournalDamage::itMayBeCutAnywhere()
{
    std::minstd_rand random(std::minstd_rand::result_type(8));
    std::size_t most = 0;
    for (int round = 0; round < rounds(); ++round) {
        const QTemporaryDir folder;
        const auto size = qsizetype(random() % quint64(m_sound.size()));
        write(folder.filePath(u"journal.sqlite"_s), m_sound.first(size));
        const auto ids = idsIn(folder.path()); // and no crash
        most = std::max(most, ids.size());
    }
    QVERIFY(most > eventCount / 2);
}

void TestJournalDamage::theDamagedFileIsKeptAndTold()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"journal.sqlite"_s);
    write(path, QByteArray(3 * page, '\xa5'));
    Journal journal;
    QCOMPARE(journal.open(folder.path(), {}), std::nullopt);
    QJsonObject told;
    const auto find = [&] {
        journal.read({.types = {u"journal_damaged"_s}}, [&told](const EventPage &it) {
            told = QJsonDocument::fromJson(it.events.value(0)).object();
        });
        return !told.isEmpty();
    };
    QTRY_VERIFY_WITH_TIMEOUT(find(), patience);
    QCOMPARE(told.value(keys::path), path + u".damaged"_s);
    QCOMPARE(told.value(keys::kept), 0);
    QVERIFY(told.value(keys::reason).toString().contains(path));
    QCOMPARE(contentOf(path + u".damaged"_s), QByteArray(3 * page, '\xa5'));
    QVERIFY(journal.close());
}

void TestJournalDamage::aLogThatWasCutLosesItsEnd()
{
    const QTemporaryDir folder;
    const QTemporaryDir copy;
    Journal journal;
    QCOMPARE(journal.open(folder.path(), {}), std::nullopt);
    for (int i = 0; i < 200; ++i) {
        journal.record("start"_L1, {{keys::process, u"shop"_s}});
        QTRY_COMPARE_WITH_TIMEOUT(journal.toJson().value(keys::waiting).toInt(), 0, patience);
        if (i == 20)
            break;
    }
    const QByteArray log = contentOf(folder.filePath(u"journal.sqlite-wal"_s));
    write(copy.filePath(u"journal.sqlite"_s), contentOf(folder.filePath(u"journal.sqlite"_s)));
    write(copy.filePath(u"journal.sqlite-wal"_s), log.first(log.size() * 2 / 3));
    const auto ids = idsIn(copy.path());
    QVERIFY(ids.size() >= 5);
    QCOMPARE(*ids.rbegin(), qint64(ids.size())); // the first ones, without a hole
}

void TestJournalDamage::salvageFindsLongEvents()
{
    const QTemporaryDir folder;
    write(folder.filePath(u"f"_s), m_sound);
    std::set<qint64> ids;
    qsizetype longOnes = 0;
    salvageEvents(folder.filePath(u"f"_s), [&](const JournalEvent &event) {
        ids.insert(event.id);
        longOnes += event.json.size() > 6000 ? 1 : 0;
        QCOMPARE(event.subject.first, u"shop"_s);
        QVERIFY(event.at > 0);
    });
    QCOMPARE(ids.size(), std::size_t(eventCount));
    QCOMPARE(longOnes, eventCount / 50);
}

QTEST_GUILESS_MAIN(TestJournalDamage)
#include "tst_journaldamage.moc"
