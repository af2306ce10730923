// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/machinedriver.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

/// A machine of a process with a schedule, that waits for it.
class Driver : public MachineDriver
{
public:
    explicit Driver(Overlap overlap = Overlap::Skip, RestartPolicy policy = RestartPolicy::Never)
        : MachineDriver({.restart = {.policy = policy},
            .schedule = ScheduleSpec{.cron = u"* * * * *"_s},
            .overlap = overlap})
    {
        feed(happening::AwaitSchedule{});
        records.clear();
    }

    /// What is needed to have it run.
    void run()
    {
        feed(happening::Due{});
        feed(happening::Launched{});
        records.clear();
    }

    [[nodiscard]] bool launches(const Happening &happening)
    {
        return feed(happening).contains(Kind::Launch);
    }
};

} // namespace

/// The rows and phases of the machine that only a process with a schedule has.
class TestMachineSchedule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itWaitsVisiblyAndIsLaunchedWhenItIsDue();
    void itsEndIsShownAndTheNextRunIsNoRestart_data();
    void itsEndIsShownAndTheNextRunIsNoRestart();
    void aFailureIsTriedAgainWithinItsRun();
    void anOverlapIsDecidedByTheConfiguration_data();
    void anOverlapIsDecidedByTheConfiguration();
    void oneQueuedRunFollowsHoweverManyWereDue();
    void aQueuedRunWaitsForTheRetriesOfTheOneBefore();
    void aReplacedRunIsGoneBeforeTheNextBegins();
    void aRunInBackoffIsReplacedAtOnce();
    void whatIsKilledAlreadyIsFollowedByItsNextRun();
    void aBackoffAfterAKillIsReplacedAtOnceToo();
    void aRunThatFollowsCanBeReplacedToo();
    void aStopSuspendsAndAStartRunsNow();
    void aStopForgetsTheQueuedRun();
    void aDueRunThatMustWaitForOthersFollowsThem();
    void aStartThatMustWaitForOthersIsToldAsThat();
    void oneThatIsStillStoppingWaitsForItsScheduleAfterwards();
};

void TestMachineSchedule::itWaitsVisiblyAndIsLaunchedWhenItIsDue()
{
    Driver driver;
    QCOMPARE(driver.state.phase(), ProcessPhase::Waiting);
    QCOMPARE(driver.state.wanted(), Wanted::Up);
    QCOMPARE(driver.state.cause, Cause(cause::Scheduled{}));
    QVERIFY(driver.feed(happening::BlockerChanged{}).isEmpty()); // it waits for nobody else
    QVERIFY(driver.feed(happening::AwaitSchedule{}).isEmpty());
    QVERIFY(driver.launches(happening::Due{}));
    QCOMPARE(driver.state.phase(), ProcessPhase::Starting);
    QCOMPARE(driver.state.cause, std::nullopt);
    QCOMPARE(driver.state.restarts, 0);
}

void TestMachineSchedule::itsEndIsShownAndTheNextRunIsNoRestart_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("phase");
    QTest::newRow("success") << 0 << int(ProcessPhase::Done);
    QTest::newRow("failure") << 3 << int(ProcessPhase::Failed);
}

void TestMachineSchedule::itsEndIsShownAndTheNextRunIsNoRestart()
{
    QFETCH(const int, code);
    QFETCH(const int, phase);
    Driver driver;
    for (int i = 0; i < 3; ++i) {
        driver.run();
        driver.exit(code);
        QCOMPARE(driver.state.phase(), ProcessPhase(phase));
        QCOMPARE(describe(driver.state.cause), u"exited with code %1"_s.arg(code));
        QCOMPARE(driver.state.lastExit->code, code);
        QCOMPARE(driver.feed(happening::Cleared{}), QList<Kind>({Kind::CancelTimer}));
    }
    QCOMPARE(driver.state.restarts, 0);

    // Due before what is left of the run before has been cleared away.
    driver.run();
    driver.exit(code);
    QVERIFY(!driver.launches(happening::Due{}));
    QVERIFY(driver.launches(happening::Cleared{}));
    QCOMPARE(driver.state.restarts, 0);
}

void TestMachineSchedule::aFailureIsTriedAgainWithinItsRun()
{
    Driver driver(Overlap::Skip, RestartPolicy::OnFailure);
    driver.run();
    driver.exit(3);
    QCOMPARE(driver.state.phase(), ProcessPhase::Backoff);
    QVERIFY(driver.launches(happening::Cleared{}));
    QCOMPARE(driver.state.restarts, 1);
    driver.feed(happening::Launched{});
    driver.exit(3);
    QCOMPARE(driver.state.failures, 2);
    driver.feed(happening::Cleared{});
    QVERIFY(driver.launches(happening::TimerElapsed{}));
    driver.feed(happening::Launched{});
    driver.exit(0);
    QCOMPARE(driver.state.phase(), ProcessPhase::Done);
    driver.feed(happening::Cleared{});

    driver.run(); // which has nothing to do with the failures of another
    QCOMPARE(driver.state.failures, 0);
    QCOMPARE(driver.state.restarts, 2);
}

void TestMachineSchedule::anOverlapIsDecidedByTheConfiguration_data()
{
    QTest::addColumn<int>("overlap");
    QTest::addColumn<int>("record");
    QTest::addColumn<bool>("asks");
    QTest::newRow("skip") << int(Overlap::Skip) << int(RecordType::Skipped) << false;
    QTest::newRow("queue") << int(Overlap::Queue) << int(RecordType::Queued) << false;
    QTest::newRow("kill") << int(Overlap::Kill) << int(RecordType::Replaced) << true;
}

void TestMachineSchedule::anOverlapIsDecidedByTheConfiguration()
{
    QFETCH(const int, overlap);
    QFETCH(const int, record);
    QFETCH(const bool, asks);
    for (const bool launched : {false, true}) {
        Driver driver{Overlap(overlap)};
        driver.feed(happening::Due{});
        if (launched)
            driver.feed(happening::Launched{});
        driver.records.clear();
        const QList<Kind> actions = driver.feed(happening::Due{});
        QCOMPARE(driver.records.first(), RecordType(record));
        QCOMPARE(actions.contains(Kind::RequestStop), asks);
        QVERIFY(!actions.contains(Kind::Launch));
        driver.exit(0);
        QCOMPARE(driver.state.phase(), asks ? ProcessPhase::Stopping : ProcessPhase::Done);
        QCOMPARE(driver.launches(happening::Cleared{}), Overlap(overlap) != Overlap::Skip);
        QCOMPARE(driver.state.restarts, 0);
    }
}

void TestMachineSchedule::oneQueuedRunFollowsHoweverManyWereDue()
{
    Driver driver(Overlap::Queue);
    driver.run();
    for (int i = 0; i < 3; ++i)
        QVERIFY(driver.feed(happening::Due{}).isEmpty());
    QCOMPARE(driver.records,
        QList<RecordType>({RecordType::Queued, RecordType::Skipped, RecordType::Skipped}));
    driver.exit(3);
    QCOMPARE(driver.state.phase(), ProcessPhase::Failed); // told, before the next one begins
    QVERIFY(driver.launches(happening::Cleared{}));
    driver.feed(happening::Launched{});
    driver.exit(0);
    QCOMPARE(driver.feed(happening::Cleared{}), QList<Kind>({Kind::CancelTimer}));
    QCOMPARE(driver.state.phase(), ProcessPhase::Done);
}

void TestMachineSchedule::aQueuedRunWaitsForTheRetriesOfTheOneBefore()
{
    Driver driver(Overlap::Queue, RestartPolicy::OnFailure);
    driver.run();
    driver.feed(happening::Due{});
    driver.exit(3);
    QVERIFY(driver.launches(happening::Cleared{}));
    QVERIFY(driver.state.queued);
    driver.feed(happening::Launched{});
    driver.exit(0);
    QVERIFY(driver.launches(happening::Cleared{}));
    QVERIFY(!driver.state.queued);
}

void TestMachineSchedule::aReplacedRunIsGoneBeforeTheNextBegins()
{
    Driver driver(Overlap::Kill);
    driver.run();
    driver.feed(happening::Due{});
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopping);
    QVERIFY(driver.feed(happening::Due{}).isEmpty()); // one is coming already
    QCOMPARE(driver.records.last(), RecordType::Skipped);
    QVERIFY(driver.feed(happening::TimerElapsed{}).contains(Kind::Kill)); // it does not listen
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"killed: did not stop within 10 s"_s);
    QVERIFY(driver.launches(happening::Cleared{}));
    QCOMPARE(describe(driver.state.cause), u"stopped for the next run of its schedule"_s);
}

void TestMachineSchedule::aRunInBackoffIsReplacedAtOnce()
{
    Driver driver(Overlap::Kill, RestartPolicy::OnFailure);
    driver.run();
    for (int i = 0; i < 2; ++i) {
        driver.exit(3);
        driver.feed(happening::Cleared{});
        driver.feed(happening::Launched{});
    }
    QCOMPARE(driver.state.phase(), ProcessPhase::Backoff);
    const QList<Kind> actions = driver.feed(happening::Due{});
    QCOMPARE(actions.first(), Kind::CancelTimer);
    QVERIFY(actions.contains(Kind::Launch));
    QCOMPARE(driver.state.failures, 0);
}

void TestMachineSchedule::whatIsKilledAlreadyIsFollowedByItsNextRun()
{
    Driver driver(Overlap::Kill);
    driver.run();
    driver.feed(happening::Hung{cause::Hung{}});
    driver.records.clear();
    QVERIFY(driver.feed(happening::Due{}).isEmpty());
    QCOMPARE(driver.records, QList<RecordType>({RecordType::Queued}));
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(driver.state.phase(), ProcessPhase::Failed);
    QVERIFY(driver.launches(happening::Cleared{}));
}

// The kill belonged to the launch before, and kept the next run waiting for the whole backoff.
void TestMachineSchedule::aBackoffAfterAKillIsReplacedAtOnceToo()
{
    Driver driver(Overlap::Kill, RestartPolicy::OnFailure);
    driver.run();
    for (int i = 0; i < 2; ++i) {
        driver.feed(happening::Hung{cause::Hung{}});
        driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
        driver.feed(happening::Cleared{});
        driver.feed(happening::Launched{});
    }
    QCOMPARE(driver.state.phase(), ProcessPhase::Backoff);
    QVERIFY(driver.launches(happening::Due{}));
    QCOMPARE(driver.state.failures, 0);
}

void TestMachineSchedule::aStopSuspendsAndAStartRunsNow()
{
    Driver driver;
    driver.feed(happening::Stop{});
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
    QCOMPARE(driver.state.cause, Cause(cause::Commanded{.action = u"stop"_s}));
    QVERIFY(driver.feed(happening::Due{}).isEmpty());
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
    QVERIFY(driver.launches(happening::Start{}));
    driver.feed(happening::Launched{});
    driver.exit(0);
    driver.feed(happening::Cleared{});
    QVERIFY(driver.launches(happening::Due{})); // and the schedule goes on
}

void TestMachineSchedule::aStopForgetsTheQueuedRun()
{
    Driver driver(Overlap::Queue);
    driver.run();
    driver.feed(happening::Due{});
    driver.feed(happening::Stop{});
    driver.exit(0);
    QCOMPARE(driver.feed(happening::Cleared{}), QList<Kind>({Kind::CancelTimer}));
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
}

void TestMachineSchedule::aDueRunThatMustWaitForOthersFollowsThem()
{
    Driver driver;
    driver.blocker = cause::Waiting{.process = u"db"_s, .state = ProcessPhase::Stopped};
    QVERIFY(!driver.launches(happening::Due{}));
    QCOMPARE(driver.state.phase(), ProcessPhase::Waiting);
    QCOMPARE(driver.state.cause, driver.blocker);
    QCOMPARE(driver.records, QList<RecordType>({RecordType::Waiting}));
    QVERIFY(!driver.launches(happening::Due{})); // it is that run which is late
    QCOMPARE(driver.records.last(), RecordType::Skipped);
    driver.blocker.reset();
    QVERIFY(driver.launches(happening::BlockerChanged{}));
    QCOMPARE(driver.state.restarts, 0);
}

void TestMachineSchedule::aStartThatMustWaitForOthersIsToldAsThat()
{
    Driver driver;
    driver.blocker = cause::Waiting{.process = u"db"_s, .state = ProcessPhase::Stopped};
    QVERIFY(!driver.launches(happening::Start{}));
    QCOMPARE(driver.state.cause, driver.blocker);
    QVERIFY(!driver.state.isResting());
    QCOMPARE(driver.records, QList<RecordType>({RecordType::Waiting})); // no more for its schedule
}

void TestMachineSchedule::oneThatIsStillStoppingWaitsForItsScheduleAfterwards()
{
    Driver driver;
    driver.run();
    driver.feed(happening::Stop{});
    driver.feed(happening::AwaitSchedule{});
    driver.exit(0);
    QVERIFY(!driver.launches(happening::Cleared{}));
    QCOMPARE(driver.state.phase(), ProcessPhase::Waiting);
    QVERIFY(driver.launches(happening::Due{}));
}

void TestMachineSchedule::aRunThatFollowsCanBeReplacedToo()
{
    Driver driver(Overlap::Kill, RestartPolicy::OnFailure);
    driver.run();
    driver.feed(happening::Hung{cause::Hung{}});
    driver.feed(happening::Due{}); // follows
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QVERIFY(driver.launches(happening::Cleared{}));
    driver.feed(happening::Launched{});
    driver.records.clear();
    QVERIFY(driver.feed(happening::Due{}).contains(Kind::RequestStop));
    QVERIFY(driver.records.contains(RecordType::Replaced));
}

QTEST_GUILESS_MAIN(TestMachineSchedule)
#include "tst_machineschedule.moc"
