// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/eventbudget.h"
#include "journal/waitingevents.h"
#include "os/logbudget.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <random>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

const Instant begin = Instant(1h);
const EventBudget::Process shop(u"shop"_s, 0);

int admitted(EventBudget &budget, RecordType type, Instant now, int tries)
{
    int count = 0;
    for (int i = 0; i < tries; ++i)
        count += budget.admits(shop, type, now) ? 1 : 0;
    return count;
}

qsizetype heldOf(const WaitingEvents &events, const QString &process)
{
    return std::ranges::count_if(
        events.all(), [&](const auto &event) { return event.second.subject.first == process; });
}

JournalEvent startOf(qint64 id, const QString &process, int instance = 0)
{
    return {.id = id, .type = u"start"_s, .subject = {process, instance}, .json = "{}"};
}

} // namespace

/// What bounds the journal and the log, whoever fills them.
class TestEventLimits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aProcessThatTogglesIsToldOfSoOften();
    void launchesHaveABudgetOfTheirOwn();
    void whatMattersMostIsAlwaysTold();
    void whatIsLeftOutIsCounted();
    void oneProcessPushesNoOthersEventsOut();
    void whatGoesIsTheOldestOfThoseWithMoreThanTheirShare();
    void whatIsTakenIsTheOldest();
    void largeEventsAreBoundedByTheirBytes();
    void theServersOwnMessagesAreBounded();
    void soAreThoseOfAllCategoriesTogether();
    void messagesOfTheProgramAreNot();
};

void TestEventLimits::aProcessThatTogglesIsToldOfSoOften()
{
    EventBudget budget;
    QCOMPARE(admitted(budget, RecordType::Ready, begin, 10'000), 50);
    QCOMPARE(admitted(budget, RecordType::Unready, begin, 10'000), 0);
    QCOMPARE(admitted(budget, RecordType::Unready, begin + 10s, 10'000), 20);
    QVERIFY(budget.admits({u"shop"_s, 1}, RecordType::Ready, begin));
}

void TestEventLimits::launchesHaveABudgetOfTheirOwn()
{
    EventBudget budget;
    QCOMPARE(admitted(budget, RecordType::Ready, begin, 10'000), 50);
    QCOMPARE(admitted(budget, RecordType::Exit, begin, 10'000), 1000);
    QCOMPARE(admitted(budget, RecordType::Start, begin + 10s, 10'000), 200);
}

void TestEventLimits::whatMattersMostIsAlwaysTold()
{
    EventBudget budget;
    static_cast<void>(admitted(budget, RecordType::Exit, begin, 10'000));
    QCOMPARE(admitted(budget, RecordType::Failed, begin, 10), 10);
    QCOMPARE(admitted(budget, RecordType::Unkillable, begin, 10), 10);
}

void TestEventLimits::whatIsLeftOutIsCounted()
{
    EventBudget budget;
    QVERIFY(budget.takeLeftOut(begin).isEmpty());
    static_cast<void>(admitted(budget, RecordType::Ready, begin, 57));
    const auto leftOut = budget.takeLeftOut(begin);
    QCOMPARE(leftOut.size(), 1);
    QCOMPARE(leftOut.first().process, shop);
    QCOMPARE(leftOut.first().events, 7);
    QVERIFY(budget.takeLeftOut(begin).isEmpty());
    QCOMPARE(admitted(budget, RecordType::Ready, begin, 57), 0);
}

void TestEventLimits::oneProcessPushesNoOthersEventsOut()
{
    WaitingEvents events(1000);
    qint64 id = 0;
    const auto add = [&](const QString &process, int count) {
        for (int i = 0; i < count; ++i)
            events.add(startOf(++id, process));
    };
    add({}, 1);
    add(u"calm"_s, 5);
    add(u"flood"_s, 5000);
    add(u"other"_s, 5);
    QCOMPARE(events.size(), 1000U);
    QCOMPARE(heldOf(events, {}), 1);
    QCOMPARE(heldOf(events, u"calm"_s), 5);
    QCOMPARE(heldOf(events, u"other"_s), 5);
    QCOMPARE(heldOf(events, u"flood"_s), 989);
    QCOMPARE(events.takeDropped(), (GoneEvents{.count = 4011, .ids = {7, 4017}}));
    QCOMPARE(events.takeDropped(), std::nullopt);
}

// As a look at each of them would have it.
void TestEventLimits::whatGoesIsTheOldestOfThoseWithMoreThanTheirShare()
{
    WaitingEvents events(1000);
    std::vector<std::pair<qint64, int>> held;
    std::map<int, int> counts;
    std::minstd_rand random(1);
    for (int i = 0; i < 6000; ++i) {
        // Few of them, then many, then more than there is room for, each once.
        const int instance = i < 1500 ? int(random() % 7) : i < 4000 ? int(random() % 900) : i;
        events.add(startOf(i + 1, u"p"_s, instance));
        held.emplace_back(i + 1, instance);
        ++counts[instance];
        if (held.size() <= 1000)
            continue;
        const int share = std::max(1, 1000 / int(counts.size()));
        const auto goes
            = std::ranges::find_if(held, [&](const auto &it) { return counts[it.second] > share; });
        const auto gone = goes == held.end() ? held.begin() : goes;
        if (--counts[gone->second] == 0)
            counts.erase(gone->second);
        held.erase(gone);
        if (i % 100 > 0)
            continue;
        QVERIFY(std::ranges::equal(
            events.all(), held, {}, [](const auto &it) { return it.first; },
            [](const auto &it) { return it.first; }));
    }
}

void TestEventLimits::whatIsTakenIsTheOldest()
{
    WaitingEvents events(1000);
    for (int i = 0; i < 3000; ++i) // more processes than there is room for
        events.add(startOf(i + 1, u"p"_s, i));
    const auto first = events.take(10);
    QCOMPARE(first.size(), 10U);
    QCOMPARE(first.front().id, 2001);
    QCOMPARE(events.size(), 990U);
    for (const JournalEvent &it : first) // the disk was full
        events.add(it);
    QCOMPARE(events.take(5000).front(), first.front());
    QVERIFY(events.isEmpty());
}

void TestEventLimits::largeEventsAreBoundedByTheirBytes()
{
    WaitingEvents events;
    for (int i = 0; i < 100; ++i) {
        JournalEvent large = startOf(i + 1, u"p"_s);
        large.json = QByteArray(1024 * 1024, ' ');
        events.add(std::move(large));
    }
    QCOMPARE(events.size(), 16U);
    QCOMPARE(events.takeDropped()->count, 84);
}

void TestEventLimits::theServersOwnMessagesAreBounded()
{
    LogBudget budget;
    qint64 bytes = 0;
    for (int i = 0; i < 100'000; ++i)
        if (budget.admits(QtInfoMsg, "semper.server.hub", 100, begin))
            bytes += 100;
    QVERIFY2(bytes <= 2 * 1024 * 1024, qPrintable(QString::number(bytes)));
    QVERIFY(bytes > 1024 * 1024);
    QVERIFY(budget.admits(QtWarningMsg, "semper.server.hub", 100, begin));
    QVERIFY(budget.admits(QtInfoMsg, "semper.server.http", 100, begin));
    const auto leftOut = budget.takeLeftOut(begin);
    QCOMPARE(leftOut.size(), 1);
    QCOMPARE(leftOut.first().category, "semper.server.hub");
    QCOMPARE(leftOut.first().messages, 100'000 - bytes / 100);
    QVERIFY(!budget.admits(QtInfoMsg, "semper.server.hub", 100, begin));
    QVERIFY(budget.takeLeftOut(begin + 500ms).isEmpty());
    QCOMPARE(budget.takeLeftOut(begin + 1s).size(), 1);
    QVERIFY(budget.admits(QtInfoMsg, "semper.server.hub", 100, begin + 1s));
}

void TestEventLimits::soAreThoseOfAllCategoriesTogether()
{
    LogBudget budget;
    qint64 admitted = 0;
    const auto flood = [&](Instant now) {
        admitted = 0;
        for (int category = 0; category < 20; ++category)
            for (int i = 0; i < 3000; ++i)
                if (budget.admits(
                        QtInfoMsg, "semper.server." + QByteArray::number(category), 1024, now))
                    ++admitted;
    };
    flood(begin);
    QCOMPARE(admitted, 8 * 1024);
    QCOMPARE(budget.takeLeftOut(begin).size(), 20);
    flood(begin + 10s);
    QCOMPARE(admitted, 1280);
    QVERIFY(budget.takeLeftOut(begin + 10s).size() > 10);
}

void TestEventLimits::messagesOfTheProgramAreNot()
{
    LogBudget budget;
    for (int i = 0; i < 1000; ++i) {
        QVERIFY(budget.admits(QtInfoMsg, "shop.orders", 10'000, begin));
        QVERIFY(budget.admits(QtDebugMsg, "semper.server.hub", 10'000, begin));
    }
}

QTEST_GUILESS_MAIN(TestEventLimits)
#include "tst_eventlimits.moc"
