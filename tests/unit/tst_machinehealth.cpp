// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/machinedriver.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

/// What a machine makes of a launch that is not well.
class TestMachineHealth : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoIsStalledIsToldOfAndLeftAlone();
    void whoIsStalledIsRestartedByChoice();
    void nothingIsStalledBeforeItRuns();
    void aFaultIsTheReasonOfTheExitThatFollows();
    void aFaultIsHeardWhileStoppingToo();
    void aRecycledLaunchIsAskedAndNotCounted();
    void whatUsedTooMuchIsAskedAndHasFailed_data();
    void whatUsedTooMuchIsAskedAndHasFailed();
    void aStopOfWhatUsedTooMuchIsAStop();
    void aRestartOfWhatUsedTooMuchIsAWish();
    void aHungLaunchIsKilledAndCounted();
    void aHungLaunchThatCannotBeKilledIsTold();
};

void TestMachineHealth::aFaultIsTheReasonOfTheExitThatFollows()
{
    MachineDriver driver;
    driver.bringUp();
    driver.feed(happening::FaultReported{said(u"std::out_of_range: no such order"_s)});
    driver.exit(70);
    QCOMPARE(describe(driver.state.cause), u"std::out_of_range: no such order"_s);
    QCOMPARE(driver.state.lastExit->code, 70);
    driver.feed(happening::Cleared{});
    driver.feed(happening::Launched{});
    driver.exit(1);
    QCOMPARE(describe(driver.state.cause), u"exited with code 1"_s);
}

void TestMachineHealth::aFaultIsHeardWhileStoppingToo()
{
    MachineDriver driver;
    driver.bringUp();
    driver.feed(happening::Stop{});
    driver.feed(happening::FaultReported{said(u"std::runtime_error: disk full"_s)});
    driver.exit(70);
    QCOMPARE(describe(driver.state.cause), u"std::runtime_error: disk full"_s);
}

void TestMachineHealth::aRecycledLaunchIsAskedAndNotCounted()
{
    MachineDriver driver;
    driver.bringUp();
    const auto asked = driver.feed(happening::Recycle{said(u"recycled after 50 ms"_s)});
    QVERIFY(asked.contains(Kind::RequestStop));
    QVERIFY(!asked.contains(Kind::Kill));
    driver.exit(0);
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.restarts, 0);
    QCOMPARE(describe(driver.state.cause), u"recycled after 50 ms"_s);
    driver.feed(happening::Launched{});
    driver.feed(happening::Stop{});
    QVERIFY(!driver.feed(happening::Recycle{said(u"x"_s)}).contains(Kind::RequestStop));
    driver.exit(0);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
}

void TestMachineHealth::whatUsedTooMuchIsAskedAndHasFailed_data()
{
    QTest::addColumn<RestartPolicy>("policy");
    QTest::addColumn<ProcessPhase>("phase");
    QTest::newRow("always") << RestartPolicy::Always << ProcessPhase::Backoff;
    QTest::newRow("on-failure") << RestartPolicy::OnFailure << ProcessPhase::Backoff;
    QTest::newRow("never") << RestartPolicy::Never << ProcessPhase::Failed;
}

void TestMachineHealth::whatUsedTooMuchIsAskedAndHasFailed()
{
    QFETCH(const RestartPolicy, policy);
    ProcessSpec spec;
    spec.restart.policy = policy;
    MachineDriver driver(spec);
    driver.bringUp();
    const auto asked = driver.feed(happening::Excess{said(u"used too much"_s)});
    QVERIFY(asked.contains(Kind::RequestStop));
    QVERIFY(!asked.contains(Kind::Kill));
    QVERIFY(driver.feed(happening::Excess{said(u"again"_s)}).isEmpty());
    QVERIFY(driver.feed(happening::TimerElapsed{}).contains(Kind::Kill));
    driver.exit(0);
    QTEST(driver.state.phase(), "phase");
    QCOMPARE(describe(driver.state.cause), u"used too much"_s);
    driver.feed(happening::Cleared{});
    const bool restarts = policy != RestartPolicy::Never;
    QCOMPARE(driver.state.restarts, restarts ? 1 : 0);
    QCOMPARE(driver.state.failures, restarts ? 1 : 0);
}

void TestMachineHealth::aStopOfWhatUsedTooMuchIsAStop()
{
    MachineDriver driver;
    driver.bringUp();
    driver.feed(happening::Excess{said(u"used too much"_s)});
    driver.feed(happening::Stop{});
    driver.exit(0);
    QVERIFY(!driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
}

void TestMachineHealth::aHungLaunchIsKilledAndCounted()
{
    MachineDriver driver;
    driver.bringUp();
    QVERIFY(driver.feed(happening::Hung{said(u"hung: no heartbeat"_s)}).contains(Kind::Kill));
    QVERIFY(driver.feed(happening::Hung{said(u"again"_s)}).isEmpty());
    driver.feed(happening::ReadyChanged{false}); // its last words change nothing
    QVERIFY(driver.state.isReady());
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"hung: no heartbeat"_s);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.restarts, 1);
}

void TestMachineHealth::aHungLaunchThatCannotBeKilledIsTold()
{
    MachineDriver driver;
    driver.bringUp();
    driver.feed(happening::Hung{said(u"hung"_s)});
    QVERIFY(driver.feed(happening::TimerElapsed{}).contains(Kind::Kill));
    QVERIFY(describe(driver.state.cause).contains(u"cannot be killed"_s));
}

void TestMachineHealth::aRestartOfWhatUsedTooMuchIsAWish()
{
    MachineDriver driver({.restart = {.policy = RestartPolicy::Never}});
    driver.bringUp();
    driver.feed(happening::Excess{said(u"used too much"_s)});
    driver.feed(happening::Restart{});
    driver.exit(0);
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.restarts, 0);
}

void TestMachineHealth::whoIsStalledIsToldOfAndLeftAlone()
{
    MachineDriver driver({.stalledAfter = 60s});
    driver.bringUp();
    QVERIFY(driver.feed(happening::Stalled{}).isEmpty());
    QVERIFY(driver.feed(happening::Stalled{}).isEmpty());
    QVERIFY(driver.state.isStalled());
    QCOMPARE(driver.state.phase(), ProcessPhase::Running);
    QVERIFY(driver.feed(happening::WorkedAgain{}).isEmpty());
    QVERIFY(!driver.state.isStalled());
    driver.feed(happening::WorkedAgain{});
    QCOMPARE(driver.records.count(RecordType::Stalled), 1);
    QCOMPARE(driver.records.count(RecordType::Working), 1);
    driver.feed(happening::Stalled{});
    driver.exit(0);
    QVERIFY(!driver.state.isStalled()); // the next launch is another
}

void TestMachineHealth::whoIsStalledIsRestartedByChoice()
{
    MachineDriver driver({.restart = {.policy = RestartPolicy::OnFailure},
        .stalledAfter = 60s,
        .onStalled = OnStalled::Restart});
    driver.bringUp();
    QCOMPARE(driver.feed(happening::Stalled{}), (QList{Kind::ArmTimer, Kind::RequestStop}));
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopping);
    driver.exit(0); // as a failure all the same
    QCOMPARE(driver.state.phase(), ProcessPhase::Backoff);
    QCOMPARE(driver.state.cause, std::optional<Cause>(cause::Stalled{.after = 60s}));
}

void TestMachineHealth::nothingIsStalledBeforeItRuns()
{
    MachineDriver driver({.className = u"C"_s, .stalledAfter = 60s});
    driver.feed(happening::Stalled{});
    driver.bringUp();
    driver.feed(happening::Stalled{});
    driver.feed(happening::WorkedAgain{});
    QVERIFY(!driver.state.isStalled());
    QVERIFY(!driver.records.contains(RecordType::Stalled));
    QVERIFY(!driver.records.contains(RecordType::Working));
}

QTEST_GUILESS_MAIN(TestMachineHealth)
#include "tst_machinehealth.moc"
