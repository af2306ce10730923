// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/machinedriver.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

/// How a machine ends a launch, and what that leaves behind.
class TestMachineStops : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aStopAsksThenKillsThenTellsWhatCannotBeKilled();
    void whatIsLeftOfAStoppedLaunchHasTheRestOfItsTime();
    void whatAnUnaskedDeathLeavesHasAShortTimeOfItsOwn();
    void aCommandWhileLeftoversAreEndedLeavesThemTheirTime();
    void aStopWaitsForLeftoversNoLongerThanForALaunch();
    void leftoversThatAskForTimeHaveIt();
    void whatIsLeftOfAKilledLaunchIsKilledAtOnce();
    void aKillEndsLeftoversAtOnce();
    void whatWentToTheBackgroundIsTheReason();
    void aKillEndsItForGood();
    void aCrashWhileStoppingIsStillACrash();
};

void TestMachineStops::aStopAsksThenKillsThenTellsWhatCannotBeKilled()
{
    MachineDriver driver({.stop = {.timeout = 700ms}});
    driver.bringUp();
    QCOMPARE(driver.feed(happening::Stop{}), QList<Kind>({Kind::ArmTimer, Kind::RequestStop}));
    QCOMPARE(driver.timer, 700ms);
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopping);
    QVERIFY(driver.feed(happening::Stop{}).isEmpty());
    QCOMPARE(driver.feed(happening::TimerElapsed{}), QList<Kind>({Kind::Kill, Kind::ArmTimer}));
    QVERIFY(driver.feed(happening::TimerElapsed{}).contains(Kind::Kill));
    QVERIFY(describe(driver.state.cause).contains(u"uninterruptible"));
    QCOMPARE(driver.records.count(RecordType::Unkillable), 1);
    driver.feed(happening::TimerElapsed{.stuck = {u"D"_s, u"nfs_wait"_s}});
    QCOMPARE(describe(driver.state.cause), u"cannot be killed: state D, waits in nfs_wait"_s);
    QCOMPARE(driver.records.count(RecordType::Unkillable), 1); // told once

    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"killed: did not stop within 700 ms"_s);
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopping); // until its leftovers are gone too
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
    QCOMPARE(driver.state.restarts, 0);
    QCOMPARE(driver.records.last(), RecordType::Stop);
}

void TestMachineStops::whatIsLeftOfAStoppedLaunchHasTheRestOfItsTime()
{
    for (const Happening &asked : {Happening(happening::Stop{}), Happening(happening::Restart{}),
             Happening(happening::Recycle{said(u"too old"_s)}),
             Happening(happening::Excess{said(u"used too much"_s)})}) {
        MachineDriver driver({.stop = {.timeout = 700ms, .leftovers = 200ms}});
        driver.bringUp();
        driver.feed(asked);
        const bool isStop = std::holds_alternative<happening::Stop>(asked);
        QCOMPARE(driver.exit(0), QList<Kind>({Kind::ClearLeftovers})); // its timer runs on
        QVERIFY(driver.wasAsked);
        QCOMPARE(driver.timer, 700ms);
        QVERIFY(driver.state.phase() != ProcessPhase::Stopped);
        QCOMPARE(driver.feed(happening::TimerElapsed{}), QList<Kind>({Kind::KillLeftovers}));
        const QList<Kind> cleared = driver.feed(happening::Cleared{});
        QCOMPARE(cleared.first(), Kind::CancelTimer);
        QCOMPARE(cleared.contains(Kind::Launch), !isStop);
    }
}

void TestMachineStops::whatAnUnaskedDeathLeavesHasAShortTimeOfItsOwn()
{
    MachineDriver driver({.stop = {.timeout = 700ms, .leftovers = 200ms}});
    driver.bringUp();
    QCOMPARE(driver.exit(1), QList<Kind>({Kind::ArmTimer, Kind::ClearLeftovers}));
    QVERIFY(!driver.wasAsked);
    QCOMPARE(driver.timer, 200ms);
    QCOMPARE(driver.feed(happening::TimerElapsed{}), QList<Kind>({Kind::KillLeftovers}));
    QCOMPARE(driver.state.phase(), ProcessPhase::Backoff); // the relaunch waits for it
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.restarts, 1);
}

void TestMachineStops::aCommandWhileLeftoversAreEndedLeavesThemTheirTime()
{
    for (const Happening &command : {Happening(happening::Stop{}), Happening(happening::Start{}),
             Happening(happening::Reset{}), Happening(happening::Restart{})}) {
        MachineDriver driver;
        driver.bringUp();
        driver.exit(1);
        const bool isStop = std::holds_alternative<happening::Stop>(command);
        QCOMPARE(driver.feed(command), isStop ? QList<Kind>{Kind::LimitTimer} : QList<Kind>{});
        QCOMPARE(driver.feed(happening::TimerElapsed{}), QList<Kind>({Kind::KillLeftovers}));
        QCOMPARE(driver.feed(happening::Cleared{}).contains(Kind::Launch), !isStop);
    }
}

void TestMachineStops::aStopWaitsForLeftoversNoLongerThanForALaunch()
{
    for (const RestartPolicy policy : {RestartPolicy::Always, RestartPolicy::Never}) {
        MachineDriver driver(
            {.restart = {.policy = policy}, .stop = {.timeout = 700ms, .leftovers = 60s}});
        driver.bringUp();
        driver.exit(1);
        QCOMPARE(driver.timer, 60s);
        QCOMPARE(driver.feed(happening::Stop{}), QList<Kind>({Kind::LimitTimer}));
        QCOMPARE(driver.timer, 700ms);
        QVERIFY(driver.feed(happening::Stop{}).isEmpty()); // its time does not begin anew
        QCOMPARE(driver.feed(happening::TimerElapsed{}), QList<Kind>({Kind::KillLeftovers}));
    }
}

void TestMachineStops::leftoversThatAskForTimeHaveIt()
{
    const happening::TimeAsked asked{5s};
    MachineDriver driver({.stop = {.timeout = 700ms, .leftovers = 200ms}});
    driver.bringUp();
    driver.feed(happening::Stop{});
    driver.exit(0);
    QCOMPARE(driver.feed(asked), QList<Kind>({Kind::ExtendTimer}));
    QCOMPARE(driver.timer, 5s);
    driver.feed(happening::Cleared{});

    driver.bringUp();
    driver.exit(1);
    QCOMPARE(driver.timer, 200ms);
    QCOMPARE(driver.feed(asked), QList<Kind>({Kind::ExtendTimer}));
    driver.feed(happening::Stop{});
    QCOMPARE(driver.timer, 5s); // that it was given
}

void TestMachineStops::whatIsLeftOfAKilledLaunchIsKilledAtOnce()
{
    MachineDriver driver;
    driver.bringUp();
    driver.feed(happening::Stop{});
    driver.feed(happening::TimerElapsed{});
    const auto actions = driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(actions, QList<Kind>({Kind::ClearLeftovers, Kind::KillLeftovers}));
}

void TestMachineStops::aKillEndsLeftoversAtOnce()
{
    for (const bool wasAsked : {true, false}) {
        MachineDriver driver;
        driver.bringUp();
        if (wasAsked)
            driver.feed(happening::Stop{});
        driver.exit(0);
        QCOMPARE(driver.feed(happening::Kill{}).constLast(), Kind::KillLeftovers);
        QCOMPARE(driver.state.phase(), ProcessPhase::Stopping);
        driver.feed(happening::Cleared{});
        QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
    }
}

void TestMachineStops::whatWentToTheBackgroundIsTheReason()
{
    MachineDriver driver;
    driver.bringUp();
    driver.exit(0);
    driver.feed(happening::LeftBehind{u"app"_s});
    driver.feed(happening::Cleared{});
    driver.feed(happening::Launched{});
    const Cause daemonized = cause::Daemonized{.exitCode = 0, .processes = u"app"_s};
    QCOMPARE(driver.state.cause, daemonized); // stays to be seen
    QCOMPARE(driver.state.lastExit->cause, daemonized);
    driver.feed(happening::LeftBehind{u"too late"_s});
    QCOMPARE(driver.state.cause, daemonized);
}

void TestMachineStops::aKillEndsItForGood()
{
    MachineDriver driver;
    driver.bringUp();
    QVERIFY(driver.feed(happening::Kill{}).contains(Kind::Kill));
    QVERIFY(!driver.feed(happening::Kill{}).contains(Kind::Kill));
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"killed by the server"_s);
    QCOMPARE(driver.feed(happening::Cleared{}), QList<Kind>({Kind::CancelTimer}));
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
}

void TestMachineStops::aCrashWhileStoppingIsStillACrash()
{
    MachineDriver driver;
    driver.bringUp();
    driver.feed(happening::Stop{});
    driver.feed(happening::Exited{{.signal = u"SIGSEGV"_s}});
    QCOMPARE(driver.state.lastExit->cause, Cause(cause::Signalled{.signal = u"SIGSEGV"_s}));
}

QTEST_GUILESS_MAIN(TestMachineStops)
#include "tst_machinestops.moc"
