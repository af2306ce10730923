// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journal.h"
#include "protocol/keys.h"

#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

constexpr int patience = 30'000;

std::atomic<bool> diskStalls = false;

} // namespace

/// SQLite writes by this instead of that of the C library: to a disk that does not answer.
extern "C" __attribute__((visibility("default"))) ssize_t pwrite64(
    int file, const void *bytes, size_t count, off64_t at)
{
    while (diskStalls)
        std::this_thread::sleep_for(5ms);
    return ::syscall(SYS_pwrite64, file, bytes, count, at);
}

/// A disk that holds whoever writes to it.
class TestJournalStall : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cleanup() { diskStalls = false; }
    void itIsToldAndNobodyWaits();
    void theEndDoesNotWaitForLong();
};

void TestJournalStall::itIsToldAndNobodyWaits()
{
    const QTemporaryDir folder;
    Journal journal;
    QCOMPARE(journal.open(folder.path(), {}), std::nullopt);
    const auto is = [&](QLatin1StringView key, const QJsonValue &value) {
        return journal.toJson().value(key) == value;
    };
    journal.record("start"_L1, {{keys::process, u"a"_s}});
    QTRY_VERIFY_WITH_TIMEOUT(is(keys::waiting, 0), patience);

    diskStalls = true;
    for (int i = 0; i < 1000; ++i)
        journal.record("start"_L1, {{keys::process, u"a"_s}});
    QTRY_VERIFY_WITH_TIMEOUT(is(keys::state, u"stalled"_s), patience);
    std::optional<EventPage> page;
    journal.read({.limit = 5000}, [&page](const EventPage &it) { page = it; });
    QTRY_VERIFY_WITH_TIMEOUT(page.has_value(), patience);
    QVERIFY(page->isPartial);
    QCOMPARE(page->events.size(), 1001); // and that it stalls

    diskStalls = false;
    QTRY_VERIFY_WITH_TIMEOUT(is(keys::state, u"ok"_s), patience);
    QTRY_VERIFY_WITH_TIMEOUT(is(keys::waiting, 0), patience);
    page.reset();
    journal.read({.types = {u"journal_failed"_s, u"journal_recovered"_s}},
        [&page](const EventPage &it) { page = it; });
    QTRY_VERIFY_WITH_TIMEOUT(page.has_value(), patience);
    QVERIFY(!page->isPartial);
    QCOMPARE(page->events.size(), 2);
    QCOMPARE(QJsonDocument::fromJson(page->events.first())[keys::code], u"stalled"_s);
    QVERIFY(journal.close());
}

void TestJournalStall::theEndDoesNotWaitForLong()
{
    const QTemporaryDir folder;
    {
        Journal journal;
        QCOMPARE(journal.open(folder.path(), {}), std::nullopt);
        diskStalls = true;
        journal.record("start"_L1, {{keys::process, u"a"_s}});
        QVERIFY(!journal.close());
    }
    diskStalls = false; // the thread that was left behind ends, and gives the next one the file
    Journal journal;
    QCOMPARE(journal.open(folder.path(), {}), std::nullopt);
    journal.record("start"_L1, {{keys::process, u"b"_s}});
    const auto isIdle = [&] { return journal.toJson().value(keys::waiting) == 0; };
    QTRY_VERIFY_WITH_TIMEOUT(isIdle(), patience);
}

QTEST_GUILESS_MAIN(TestJournalStall)
#include "tst_journalstall.moc"
