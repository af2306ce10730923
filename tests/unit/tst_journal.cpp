// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/smallfilesystem.h"

#include "journal/eventstore.h"
#include "journal/journal.h"
#include "protocol/keys.h"

#include <QDir>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

QList<QJsonObject> objectsOf(const EventPage &page)
{
    QList<QJsonObject> events;
    for (const QByteArray &event : page.events)
        events.append(QJsonDocument::fromJson(event).object());
    return events;
}

QStringList typesOf(const EventPage &page)
{
    QStringList types;
    for (const QJsonObject &event : objectsOf(page))
        types.append(event.value(keys::type).toString());
    return types;
}

QJsonObject of(const QString &process, int instance = 0)
{
    return {{keys::process, process}, {keys::instance, instance}};
}

/// A journal in a folder, and what it finds.
class Desk
{
public:
    explicit Desk(const QString &folder, const JournalSpec &limits = {})
        : m_error(journal.open(folder, limits))
    { }

    [[nodiscard]] const std::optional<QString> &error() const { return m_error; }
    [[nodiscard]] EventPage read(const EventQuery &query = {.limit = 100'000})
    {
        std::optional<EventPage> found;
        journal.read(query, [&found](const EventPage &page) { found = page; });
        if (!QTest::qWaitFor([&found] { return found.has_value(); }, patience))
            qFatal("no answer");
        return *found;
    }
    [[nodiscard]] bool isAllOnDisk()
    {
        return QTest::qWaitFor(
            [this] { return journal.toJson().value(keys::waiting).toInt() == 0; }, patience);
    }
    [[nodiscard]] bool hasRecorded(const QString &type)
    {
        return QTest::qWaitFor([&] { return typesOf(read()).contains(type); }, patience);
    }
    [[nodiscard]] QJsonObject first(const QString &type)
    {
        return objectsOf(read({.types = {type}})).value(0);
    }

    Journal journal;

private:
    std::optional<QString> m_error;
};

} // namespace

/// What the journal keeps, and how it gets on with its disk.
class TestJournal : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eventsAreThereAfterTheServer();
    void anEventIsSaidToBeDurableOnceItIs();
    void idsGoOnWhateverWasRemoved_data();
    void idsGoOnWhateverWasRemoved();
    void idsOfAnotherBootAreNotGivenAgain();
    void whatNeverReachedTheDiskIsMissing();
    void aPageEndsWithACursor();
    void aQuerySelects_data();
    void aQuerySelects();
    void aUrlIsChecked_data();
    void aUrlIsChecked();
    void theFileIsForItsOwnerOnly();
    void oldEventsGo();
    void tooManyEventsGo();
    void aFullDiskIsToldAndOvercome();
    void aReadOnlyDiskIsToldAndOvercome();
    void aRemovedFolderIsMadeAgain();
    void withoutADiskEventsWaitInMemory();
};

void TestJournal::eventsAreThereAfterTheServer()
{
    const QTemporaryDir folder;
    {
        Desk desk(folder.path());
        QCOMPARE(desk.error(), std::nullopt);
        QCOMPARE(desk.journal.record("server_started"_L1), 1);
        for (int i = 0; i < 5000; ++i)
            desk.journal.record("start"_L1, of(u"shop"_s, i));
        QVERIFY(desk.journal.close());
    }
    Desk desk(folder.path());
    QCOMPARE(desk.error(), std::nullopt);
    QCOMPARE(desk.journal.missing(), std::nullopt);
    QCOMPARE(desk.journal.record("server_started"_L1), 5002);
    const QList<QJsonObject> events = objectsOf(desk.read());
    QCOMPARE(events.size(), 5002);
    for (qsizetype i = 0; i < events.size(); ++i)
        QCOMPARE(events.at(i).value(keys::id), i + 1);
    QCOMPARE(events.at(17).value(keys::process), u"shop"_s);
    QCOMPARE(events.at(17).value(keys::instance), 16);
    QVERIFY(events.at(17).value(keys::durable).toBool());
    QVERIFY(events.at(17).value(keys::bootMs).toInteger() > 0);
}

void TestJournal::anEventIsSaidToBeDurableOnceItIs()
{
    const QTemporaryDir folder;
    Desk desk(folder.path());
    QList<qint64> recorded;
    QList<qint64> stored;
    connect(&desk.journal, &Journal::recorded, this,
        [&](const JournalEvent &event) { recorded.append(event.id); });
    connect(&desk.journal, &Journal::stored, this, [&](const std::vector<JournalEvent> &events) {
        for (const JournalEvent &event : events)
            stored.append(event.id);
    });
    for (int i = 0; i < 100; ++i)
        desk.journal.record("start"_L1, of(u"shop"_s));
    QCOMPARE(recorded.size(), 100);
    QTRY_COMPARE_WITH_TIMEOUT(stored, recorded, patience);
    QCOMPARE(JournalEvent{.json = "{}"}.toJson(true), "{\"durable\":true,}"); // as text
}

void TestJournal::idsGoOnWhateverWasRemoved_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<qint64>("next");
    QTest::newRow("nothing") << u"none"_s << qint64(102);
    QTest::newRow("the journal") << u"journal.sqlite"_s << qint64(102);
    QTest::newRow("the last id") << u"event-id"_s << 102 + EventSequence::gap;
}

void TestJournal::idsGoOnWhateverWasRemoved()
{
    QFETCH(const QString, file);
    QFETCH(const qint64, next);
    const QTemporaryDir folder;
    {
        Desk desk(folder.path());
        for (int i = 0; i < 101; ++i)
            desk.journal.record("start"_L1, of(u"shop"_s));
        QVERIFY(desk.journal.close());
    }
    QFile::remove(folder.filePath(file));
    Desk desk(folder.path());
    QCOMPARE(desk.journal.record("start"_L1, of(u"shop"_s)), next);
}

// The page of a machine that lost its power may be older than what was told.
void TestJournal::idsOfAnotherBootAreNotGivenAgain()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(u"event-id"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const std::array<qint64, 2> page{40, 12345}; // of a boot that was another
    file.write(reinterpret_cast<const char *>(page.data()), sizeof page);
    file.close();
    EventSequence ids;
    QCOMPARE(ids.open(file.fileName()), std::nullopt);
    QCOMPARE(ids.next(), 41 + EventSequence::gap);
    ids.settle();
    EventSequence unlocked;
    QVERIFY(unlocked.open(file.fileName())); // another server has it
}

void TestJournal::whatNeverReachedTheDiskIsMissing()
{
    const QTemporaryDir folder;
    {
        Desk desk(folder.path());
        desk.journal.record("start"_L1, of(u"shop"_s));
        QVERIFY(desk.journal.close());
    }
    {
        EventSequence ids; // a server that was killed right after it had given these
        QCOMPARE(ids.open(folder.filePath(u"event-id"_s)), std::nullopt);
        QCOMPARE(ids.next(), 2);
        QCOMPARE(ids.next(), 3);
    }
    Desk desk(folder.path());
    QCOMPARE(desk.journal.missing(), std::optional(IdRange{2, 3}));
    QCOMPARE(desk.journal.record("server_lost"_L1), 4);
}

void TestJournal::aPageEndsWithACursor()
{
    const QTemporaryDir folder;
    Desk desk(folder.path());
    for (int i = 0; i < 25; ++i)
        desk.journal.record("start"_L1, of(u"shop"_s));
    QVERIFY(desk.isAllOnDisk());
    EventQuery query{.limit = 10};
    QList<qsizetype> sizes;
    EventPage page;
    do {
        page = desk.read(query);
        sizes.append(page.events.size());
        query.after = page.next;
    } while (page.more);
    QCOMPARE(sizes, (QList<qsizetype>{10, 10, 5}));
    QCOMPARE(page.next, 25);
    QCOMPARE(desk.read({.limit = 10, .newest = true}).events.size(), 10);
    QCOMPARE(objectsOf(desk.read({.limit = 10, .newest = true})).first().value(keys::id), 16);
    QCOMPARE(desk.read({.after = 20, .until = 23}).events.size(), 3);
}

void TestJournal::aQuerySelects_data()
{
    QTest::addColumn<EventQuery>("query");
    QTest::addColumn<QStringList>("types");
    const QStringList all{u"server_started"_s, u"start"_s, u"exit"_s, u"start"_s};
    QTest::newRow("all") << EventQuery() << all;
    QTest::newRow("a process") << EventQuery{.processes = {u"a"_s}}
                               << QStringList{u"start"_s, u"exit"_s};
    QTest::newRow("a process and the server") << EventQuery{.processes = {u"a"_s},
        .serverToo = true} << QStringList{u"server_started"_s, u"start"_s, u"exit"_s};
    QTest::newRow("types") << EventQuery{.types = {u"exit"_s, u"failed"_s}}
                           << QStringList{u"exit"_s};
    const QDateTime now = QDateTime::currentDateTimeUtc();
    QTest::newRow("since the past") << EventQuery{.since = now.addDays(-1)} << all;
    QTest::newRow("since the future") << EventQuery{.since = now.addDays(1)} << QStringList();
    QTest::newRow("before the past") << EventQuery{.before = now.addDays(-1)} << QStringList();
}

// Whether the events are on disk or wait for it.
void TestJournal::aQuerySelects()
{
    QFETCH(const EventQuery, query);
    QFETCH(const QStringList, types);
    const QTemporaryDir folder;
    Desk desk(folder.path());
    desk.journal.record("server_started"_L1);
    desk.journal.record("start"_L1, of(u"a"_s));
    desk.journal.record("exit"_L1, of(u"a"_s));
    desk.journal.record("start"_L1, of(u"b"_s));
    QCOMPARE(typesOf(desk.read(query)), types);
    QVERIFY(desk.isAllOnDisk());
    QCOMPARE(typesOf(desk.read(query)), types);
    Journal closed;
    for (const QJsonObject &event : objectsOf(desk.read()))
        closed.record(QLatin1StringView(event.value(keys::type).toString().toLatin1()), event);
    QCOMPARE(typesOf(closed.waiting(query)), types);
}

void TestJournal::aUrlIsChecked_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<std::optional<EventQuery>>("query");
    const auto good = [](const char *text, const EventQuery &query) {
        QTest::newRow(text) << QString::fromLatin1(text) << std::optional(query);
    };
    good("", {});
    good("after=17&limit=1000", {.after = 17, .limit = 1000});
    good("newest=true", {.newest = true});
    good("process=a,b&type=exit", {.processes = {u"a"_s, u"b"_s}, .types = {u"exit"_s}});
    good("since=2026-11-30T16:50:23.123Z",
        {.since = QDateTime::fromString(u"2026-11-30T16:50:23.123Z"_s, Qt::ISODateWithMs)});
    for (const char *text : {"after=-1", "after=x", "after=", "after=9007199254740992", "limit=0",
             "limit=1001", "newest=yes", "since=yesterday", "until=1", "afer=1"})
        QTest::newRow(text) << QString::fromLatin1(text) << std::optional<EventQuery>();
}

void TestJournal::aUrlIsChecked()
{
    QFETCH(const QString, text);
    QFETCH(const std::optional<EventQuery>, query);
    const auto read = EventQuery::read(QUrlQuery(text));
    QCOMPARE(std::holds_alternative<EventQuery>(read), query.has_value());
    if (query)
        QCOMPARE(std::get<EventQuery>(read), *query);
}

void TestJournal::theFileIsForItsOwnerOnly()
{
    const mode_t before = ::umask(0);
    const QTemporaryDir folder;
    {
        Desk desk(folder.path());
        desk.journal.record("start"_L1, of(u"shop"_s));
        QVERIFY(desk.isAllOnDisk());
        for (const char *name : {"journal.sqlite", "journal.sqlite-wal", "event-id"}) {
            struct stat status
            { };
            const QString path = folder.filePath(QString::fromLatin1(name));
            QCOMPARE(::stat(QFile::encodeName(path).constData(), &status), 0);
            QCOMPARE(status.st_mode & 0777, 0600U);
        }
    }
    ::umask(before);
}

void TestJournal::oldEventsGo()
{
    const QTemporaryDir folder;
    {
        Desk desk(folder.path());
        for (int i = 0; i < 3000; ++i)
            desk.journal.record("start"_L1, of(u"shop"_s));
        QVERIFY(desk.journal.close());
    }
    QTest::qWait(2); // they are older than the next
    Desk desk(folder.path(), {.maxAge = 1ms});
    desk.journal.record("server_started"_L1);
    QVERIFY(desk.hasRecorded(u"journal_pruned"_s));
    const QJsonObject told = desk.first(u"journal_pruned"_s);
    QCOMPARE(told.value(keys::limit), u"max_age_ms"_s);
    QCOMPARE(told.value(keys::firstId), 1);
    const auto isGone = [&] { return !typesOf(desk.read()).contains(u"start"_s); };
    QTRY_VERIFY_WITH_TIMEOUT(isGone(), patience);
}

void TestJournal::tooManyEventsGo()
{
    const QTemporaryDir folder;
    Desk desk(folder.path(), {.maxBytes = 1024 * 1024});
    QJsonObject large = of(u"shop"_s);
    large.insert(keys::text, QString(1000, u'x'));
    for (int i = 0; i < 9000; ++i)
        desk.journal.record("start"_L1, large);
    QVERIFY(desk.hasRecorded(u"journal_pruned"_s));
    QCOMPARE(desk.first(u"journal_pruned"_s).value(keys::limit), u"max_bytes"_s);
    QVERIFY(desk.isAllOnDisk());
    QTRY_VERIFY_WITH_TIMEOUT(desk.read().events.size() < 2000, patience);
    QVERIFY(!desk.read().events.isEmpty());
    QCOMPARE(desk.journal.lastId(),
        objectsOf(desk.read({.newest = true})).last().value(keys::id).toInteger());
}

void TestJournal::aFullDiskIsToldAndOvercome()
{
    const QTemporaryDir folder;
    const SmallFileSystem disk(folder.path(), 1024 * 1024);
    if (!disk.isMounted())
        QSKIP("only root can have a small disk");
    Desk desk(folder.path());
    desk.journal.record("start"_L1, of(u"before"_s));
    QVERIFY(desk.isAllOnDisk());
    const QString ballast = disk.fill();
    for (int i = 0; i < 2000; ++i)
        desk.journal.record("start"_L1, of(u"during"_s));
    const auto isFull = [&] { return desk.journal.toJson().value(keys::state) == u"full"_s; };
    QTRY_VERIFY_WITH_TIMEOUT(isFull(), patience);
    QVERIFY(typesOf(desk.read()).contains(u"journal_failed"_s));
    QVERIFY(QFile::remove(ballast));
    QVERIFY(desk.hasRecorded(u"journal_recovered"_s));
    QVERIFY(desk.isAllOnDisk());
    QCOMPARE(desk.first(u"journal_failed"_s).value(keys::code), u"full"_s);
    QCOMPARE(desk.read({.limit = 9999, .types = {u"start"_s}}).events.size(), 2001);
    QVERIFY(desk.journal.close());
}

void TestJournal::aReadOnlyDiskIsToldAndOvercome()
{
    const QTemporaryDir folder;
    SmallFileSystem disk(folder.path(), 8 * 1024 * 1024);
    if (!disk.isMounted())
        QSKIP("only root can have a small disk");
    {
        Desk desk(folder.path());
        desk.journal.record("start"_L1, of(u"shop"_s));
        QVERIFY(desk.journal.close());
    }
    EventStore store(folder.filePath(u"journal.sqlite"_s));
    QVERIFY(disk.setReadOnly(true));
    const auto fault = store.open();
    QVERIFY(fault);
    QCOMPARE(fault->code(), "read_only"_L1);
    QVERIFY(disk.setReadOnly(false));
    QVERIFY(!store.open());
}

void TestJournal::aRemovedFolderIsMadeAgain()
{
    const QTemporaryDir folder;
    const QString state = folder.filePath(u"state"_s);
    QVERIFY(QDir().mkdir(state));
    {
        Desk desk(state);
        desk.journal.record("start"_L1, of(u"before"_s));
        QVERIFY(desk.isAllOnDisk());
        QVERIFY(QDir(state).removeRecursively());
        desk.journal.record("start"_L1, of(u"after"_s));
        QVERIFY(desk.hasRecorded(u"journal_recovered"_s));
        QCOMPARE(desk.first(u"journal_failed"_s).value(keys::code), u"removed"_s);
        QVERIFY(desk.journal.close());
    }
    Desk desk(state);
    QCOMPARE(desk.read({.processes = {u"after"_s}}).events.size(), 1);
    QVERIFY(desk.journal.lastId() > 4); // though the last one was removed as well
}

void TestJournal::withoutADiskEventsWaitInMemory()
{
    const QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkdir(u"journal.sqlite"_s)); // which no file can replace
    Desk desk(folder.path());
    QCOMPARE(desk.error(), std::nullopt);
    QCOMPARE(desk.journal.missing(), std::nullopt);
    for (int i = 0; i < 100; ++i)
        desk.journal.record("start"_L1, of(u"shop"_s));
    const EventPage page = desk.read({.types = {u"start"_s}});
    QVERIFY(page.isPartial);
    QCOMPARE(page.events.size(), 100);
    QVERIFY(!objectsOf(page).first().value(keys::durable).toBool(true));
    QTRY_COMPARE_WITH_TIMEOUT(
        desk.journal.toJson().value(keys::state).toString(), u"failed"_s, patience);
    QVERIFY(!desk.journal.close());
}

QTEST_GUILESS_MAIN(TestJournal)
#include "tst_journal.moc"
