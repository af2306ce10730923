// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/processmachine.h"

#include "supervision/restartpolicy.h"

#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

using Kind = Action::Kind;

Cause said(const QString &what)
{
    return cause::Fault{.what = what};
}

std::optional<Cause> waitsFor(const QString &process)
{
    return cause::Waiting{
        .process = process, .waitsFor = u"ready"_s, .state = ProcessPhase::Starting};
}

/// A machine with a clock of its own, fed by hand.
class Driver
{
public:
    explicit Driver(ProcessSpec spec = {})
        : m_spec(std::move(spec))
    {
        m_spec.restart.jitterRatio = 0;
        if (m_spec.className.isEmpty())
            m_spec.command = QStringList{u"it"_s};
    }

    /// Returns the kinds of the actions, without what is only recorded.
    QList<Kind> feed(const Happening &happening)
    {
        StepResult result
            = step(state, happening, {.spec = m_spec, .now = now, .blocker = blocker});
        state = result.state;
        QList<Kind> kinds;
        for (const Action &action : result.actions) {
            if (action.kind == Kind::Record)
                records.append(action.record);
            else
                kinds.append(action.kind);
            if (action.kind == Kind::ArmTimer || action.kind == Kind::ExtendTimer
                || action.kind == Kind::LimitTimer)
                timer = action.delay;
            if (action.kind == Kind::ClearLeftovers)
                wasAsked = action.asked;
        }
        return kinds;
    }

    void bringUp()
    {
        feed(happening::Start{});
        feed(happening::Launched{});
    }

    QList<Kind> exit(int code, std::chrono::milliseconds uptime = 0ms)
    {
        now += uptime;
        return feed(happening::Exited{{.code = code, .uptime = uptime}});
    }

    /// Ends it as often as asked, each time at once, and returns the delays that followed.
    QList<qint64> delaysOfDeaths(int times)
    {
        QList<qint64> delays;
        for (int i = 0; i < times; ++i) {
            exit(1);
            delays.append(
                std::chrono::duration_cast<std::chrono::milliseconds>(*state.nextStartAt - now)
                    .count());
            now = *state.nextStartAt;
            feed(happening::Cleared{});
            feed(happening::Launched{});
        }
        return delays;
    }

    MachineState state;
    Instant now{1h};
    QList<RecordType> records;
    std::chrono::milliseconds timer{0};
    bool wasAsked = false; ///< to end, before it did
    std::optional<Cause> blocker;

private:
    ProcessSpec m_spec;
};

struct EndOfLife
{
    const char *name;
    Happening happening;
    bool success;
};

const std::array<EndOfLife, 5> endsOfLife{{
    {"exit 0", happening::Exited{{.code = 0}}, true},
    {"exit 3", happening::Exited{{.code = 3}}, false},
    {"SIGSEGV", happening::Exited{{.signal = u"SIGSEGV"_s}}, false},
    {"SIGKILL", happening::Exited{{.signal = u"SIGKILL"_s}}, false},
    {"failed start",
        happening::LaunchFailed{{}, cause::NotStarted{.detail = u"it: no such file"_s}}, false},
}};

} // namespace

class TestProcessMachine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aConfigurationErrorBeforeReadinessIsAFailure_data();
    void aConfigurationErrorBeforeReadinessIsAFailure();
    void aConfigurationErrorAfterReadinessIsAFaultLikeOthers();
    void whoIsStalledIsToldOfAndLeftAlone();
    void whoIsStalledIsRestartedByChoice();
    void nothingIsStalledBeforeItRuns();
    void everyPolicyMeetsEveryEnd_data();
    void everyPolicyMeetsEveryEnd();
    void whatPassesIsTriedAgainWhateverThePolicy_data();
    void whatPassesIsTriedAgainWhateverThePolicy();
    void theFirstRestartIsImmediateThenTheDelayGrowsToItsCap();
    void stableRunningResetsTheBackoff();
    void whatNeverBecomesReadyIsRestartedAfterGrowingDelays();
    void jitterStaysWithinItsShareAndBelowTheCap();
    void tooManyRestartsInTheWindowAreAFailure();
    void restartsOutsideTheWindowAreForgotten();
    void aRestartWaitsUntilTheDeadLaunchIsCleared();
    void aStopAsksThenKillsThenTellsWhatCannotBeKilled();
    void whatIsLeftOfAStoppedLaunchHasTheRestOfItsTime();
    void whatAnUnaskedDeathLeavesHasAShortTimeOfItsOwn();
    void aCommandWhileLeftoversAreEndedLeavesThemTheirTime();
    void aStopWaitsForLeftoversNoLongerThanForALaunch();
    void leftoversThatAskForTimeHaveIt();
    void whatIsLeftOfAKilledLaunchIsKilledAtOnce();
    void aKillEndsLeftoversAtOnce();
    void whatWentToTheBackgroundIsTheReason();
    void aStopDuringBackoffCancelsTheRestart();
    void aStartDuringBackoffLaunchesAtOnceAndIsNotCounted();
    void aStartWhileStoppingLaunchesOnceItIsGone();
    void aRestartIsNotCountedAndARestartOfAStoppedOneStartsIt();
    void resetClearsCountersAndBackoff();
    void notReadyInTimeIsAFailedStart();
    void whatWasMissingIsToldWithTheFailedStart();
    void readinessAfterTheKillComesTooLate();
    void whoAsksForTimeHasIt();
    void aClassIsReadyOnceItsRunBegan();
    void everyModeBecomesReadyAsItSays_data();
    void everyModeBecomesReadyAsItSays();
    void readinessFallsAndRisesOnlyWhileRunning();
    void aFaultIsTheReasonOfTheExitThatFollows();
    void aFaultIsHeardWhileStoppingToo();
    void aKillEndsItForGood();
    void whatSomebodyAskedForIsTheCause();
    void aCrashWhileStoppingIsStillACrash();
    void theLastTenDeathsAreRemembered();
    void whatIsBlockedWaitsVisiblyAndIsLaunchedOnceItMayBe();
    void aBlockedRestartIsCountedOnceItIsLaunched();
    void whatWaitsCanBeStopped();
    void aRecycledLaunchIsAskedAndNotCounted();
    void whatUsedTooMuchIsAskedAndHasFailed_data();
    void whatUsedTooMuchIsAskedAndHasFailed();
    void aStopOfWhatUsedTooMuchIsAStop();
    void aRestartOfWhatUsedTooMuchIsAWish();
    void aHungLaunchIsKilledAndCounted();
    void aHungLaunchThatCannotBeKilledIsTold();
    void successIsWhatTheConfigurationSays();
    void nothingHappensTwice_data();
    void nothingHappensTwice();
};

void TestProcessMachine::everyPolicyMeetsEveryEnd_data()
{
    QTest::addColumn<int>("policy");
    QTest::addColumn<int>("end");
    QTest::addColumn<int>("expected");
    for (const auto policy :
        {RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never}) {
        for (std::size_t i = 0; i < endsOfLife.size(); ++i) {
            ProcessPhase expected = ProcessPhase::Backoff;
            if (policy != RestartPolicy::Always && endsOfLife[i].success)
                expected = ProcessPhase::Done;
            else if (policy == RestartPolicy::Never)
                expected = ProcessPhase::Failed;
            QTest::addRow("policy %d, %s", int(policy), endsOfLife[i].name)
                << int(policy) << int(i) << int(expected);
        }
    }
}

void TestProcessMachine::everyPolicyMeetsEveryEnd()
{
    QFETCH(const int, policy);
    QFETCH(const int, end);
    QFETCH(const int, expected);
    Driver driver({.restart = {.policy = RestartPolicy(policy)}});
    driver.feed(happening::Start{});
    const Happening &happening = endsOfLife.at(std::size_t(end)).happening;
    if (std::holds_alternative<happening::Exited>(happening))
        driver.feed(happening::Launched{});
    const auto atItsEnd = driver.feed(happening);
    QCOMPARE(atItsEnd.last(), Kind::ClearLeftovers);
    QCOMPARE(int(driver.state.phase), expected);
    QVERIFY(!driver.state.ready);
    QVERIFY(driver.state.lastExit);
    QVERIFY(driver.state.cause);

    const auto actions = driver.feed(happening::Cleared{});
    const bool restarted = ProcessPhase(expected) == ProcessPhase::Backoff;
    QCOMPARE(actions.contains(Kind::Launch), restarted);
    QCOMPARE(driver.state.restarts, restarted ? 1 : 0);
    QCOMPARE(driver.records.contains(RecordType::Failed),
        ProcessPhase(expected) == ProcessPhase::Failed);
}

void TestProcessMachine::whatPassesIsTriedAgainWhateverThePolicy_data()
{
    QTest::addColumn<int>("policy");
    for (const auto policy :
        {RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never})
        QTest::addRow("policy %d", int(policy)) << int(policy);
}

void TestProcessMachine::whatPassesIsTriedAgainWhateverThePolicy()
{
    QFETCH(const int, policy);
    ProcessSpec spec;
    spec.command = QStringList{u"x"_s};
    spec.restart.policy = RestartPolicy(policy);
    spec.restart.maxRestarts = 2;
    Driver machine(spec);
    machine.feed(happening::Start{});
    const happening::LaunchFailed busy{{}, said(u"text file busy"_s), true};
    for (int i = 0; i < 2; ++i) {
        machine.feed(busy);
        QCOMPARE(machine.state.phase, ProcessPhase::Backoff);
        machine.now = *machine.state.nextStartAt;
        machine.feed(happening::Cleared{});
        QCOMPARE(machine.state.phase, ProcessPhase::Starting);
    }
    machine.feed(busy); // not for ever, where there is a limit
    QCOMPARE(machine.state.phase, ProcessPhase::Failed);

    Driver stopping(spec);
    stopping.feed(happening::Start{});
    stopping.feed(happening::Stop{});
    stopping.feed(busy);
    stopping.feed(happening::Cleared{});
    QCOMPARE(stopping.state.phase, ProcessPhase::Stopped);
}

void TestProcessMachine::theFirstRestartIsImmediateThenTheDelayGrowsToItsCap()
{
    Driver driver({.restart = {.backoff = 100ms, .multiplier = 3, .backoffMax = 2000ms}});
    driver.bringUp();
    QCOMPARE(driver.delaysOfDeaths(6), QList<qint64>({0, 100, 300, 900, 2000, 2000}));
    QCOMPARE(driver.state.restarts, 6);
    for (int i = 0; i < 2000; ++i) // no overflow, ever
        QCOMPARE(driver.delaysOfDeaths(1), QList<qint64>({2000}));
}

void TestProcessMachine::stableRunningResetsTheBackoff()
{
    Driver driver({.restart = {.backoff = 100ms, .resetAfter = 10s}});
    driver.bringUp();
    QCOMPARE(driver.delaysOfDeaths(3), QList<qint64>({0, 100, 200}));
    driver.exit(1, 9999ms);
    QCOMPARE(*driver.state.nextStartAt - driver.now, 400ms);
    driver.now = *driver.state.nextStartAt;
    driver.feed(happening::Cleared{});
    driver.feed(happening::Launched{});
    driver.exit(1, 10s);
    QCOMPARE(*driver.state.nextStartAt, driver.now);
    QCOMPARE(driver.state.restarts, 4); // counted at the relaunch, which is still to come
}

void TestProcessMachine::whatNeverBecomesReadyIsRestartedAfterGrowingDelays()
{
    // Though each try takes longer than stable running would.
    Driver driver(
        {.restart = {.backoff = 100ms, .resetAfter = 10s, .maxRestarts = 4, .window = 10min},
            .ready = {.mode = ReadyMode::Notify, .timeout = 60s}});
    driver.feed(happening::Start{});
    QList<std::chrono::milliseconds> delays;
    for (int i = 0; i < 4; ++i) {
        driver.feed(happening::Launched{});
        driver.now += 60s;
        QVERIFY(driver.feed(happening::TimerElapsed{}).contains(Kind::Kill));
        driver.feed(happening::Exited{{.signal = u"SIGKILL"_s, .uptime = 60s}});
        delays.append(std::chrono::duration_cast<std::chrono::milliseconds>(
            *driver.state.nextStartAt - driver.now));
        driver.now = *driver.state.nextStartAt;
        driver.feed(happening::Cleared{});
    }
    QCOMPARE(delays, (QList<std::chrono::milliseconds>{0ms, 100ms, 200ms, 400ms}));
    driver.feed(happening::Launched{});
    driver.exit(1, 30s);
    QCOMPARE(driver.state.phase, ProcessPhase::Failed);
}

void TestProcessMachine::jitterStaysWithinItsShareAndBelowTheCap()
{
    const RestartSpec spec{.backoff = 1000ms, .backoffMax = 4000ms, .jitterRatio = 0.25};
    QCOMPARE(restartDelay(spec, 0, 0.99), 0ms);
    QCOMPARE(restartDelay(spec, 1, 0.0), 750ms);
    QCOMPARE(restartDelay(spec, 1, 0.5), 1000ms);
    QCOMPARE(restartDelay(spec, 1, 1.0), 1250ms);
    QCOMPARE(restartDelay(spec, 9, 1.0), 4000ms);
    QCOMPARE(restartDelay(spec, 9, 0.0), 3000ms);
}

void TestProcessMachine::tooManyRestartsInTheWindowAreAFailure()
{
    Driver driver({.restart = {.backoff = 0ms, .maxRestarts = 3, .window = 60s}});
    driver.bringUp();
    driver.delaysOfDeaths(3);
    driver.exit(7);
    QCOMPARE(driver.state.phase, ProcessPhase::Failed);
    QVERIFY(describe(driver.state.cause).startsWith(u"exited with code 7 (more than 3 restarts"));
    QCOMPARE(driver.feed(happening::Cleared{}), QList<Kind>({Kind::CancelTimer}));
    QCOMPARE(driver.state.restarts, 3);

    QVERIFY(driver.feed(happening::Start{}).contains(Kind::Launch));
    driver.feed(happening::Launched{});
    driver.delaysOfDeaths(3); // a start clears the window
    QCOMPARE(driver.state.phase, ProcessPhase::Running);
}

void TestProcessMachine::restartsOutsideTheWindowAreForgotten()
{
    Driver driver({.restart = {.backoff = 0ms, .maxRestarts = 1, .window = 60s}});
    driver.bringUp();
    for (int i = 0; i < 5; ++i) {
        driver.delaysOfDeaths(1);
        QCOMPARE(driver.state.phase, ProcessPhase::Running);
        driver.now += 60s;
    }
    driver.delaysOfDeaths(1);
    driver.now += 59'999ms;
    driver.exit(1);
    QCOMPARE(driver.state.phase, ProcessPhase::Failed);
}

void TestProcessMachine::aRestartWaitsUntilTheDeadLaunchIsCleared()
{
    Driver driver({.restart = {.firstDelay = 500ms}});
    driver.bringUp();
    driver.exit(1);
    driver.now += 200ms; // clearing took this long
    QCOMPARE(driver.feed(happening::Cleared{}), QList<Kind>({Kind::CancelTimer, Kind::ArmTimer}));
    QCOMPARE(driver.timer, 300ms);
    QVERIFY(driver.feed(happening::TimerElapsed{}).contains(Kind::Launch));
}

void TestProcessMachine::aStopAsksThenKillsThenTellsWhatCannotBeKilled()
{
    Driver driver({.stop = {.timeout = 700ms}});
    driver.bringUp();
    QCOMPARE(driver.feed(happening::Stop{}), QList<Kind>({Kind::ArmTimer, Kind::RequestStop}));
    QCOMPARE(driver.timer, 700ms);
    QCOMPARE(driver.state.phase, ProcessPhase::Stopping);
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
    QCOMPARE(driver.state.phase, ProcessPhase::Stopping); // until its leftovers are gone too
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.phase, ProcessPhase::Stopped);
    QCOMPARE(driver.state.restarts, 0);
    QCOMPARE(driver.records.last(), RecordType::Stop);
}

void TestProcessMachine::whatIsLeftOfAStoppedLaunchHasTheRestOfItsTime()
{
    for (const Happening &asked : {Happening(happening::Stop{}), Happening(happening::Restart{}),
             Happening(happening::Recycle{said(u"too old"_s)}),
             Happening(happening::Excess{said(u"used too much"_s)})}) {
        Driver driver({.stop = {.timeout = 700ms, .leftovers = 200ms}});
        driver.bringUp();
        driver.feed(asked);
        const bool isStop = std::holds_alternative<happening::Stop>(asked);
        QCOMPARE(driver.exit(0), QList<Kind>({Kind::ClearLeftovers})); // its timer runs on
        QVERIFY(driver.wasAsked);
        QCOMPARE(driver.timer, 700ms);
        QVERIFY(driver.state.phase != ProcessPhase::Stopped);
        QCOMPARE(driver.feed(happening::TimerElapsed{}), QList<Kind>({Kind::KillLeftovers}));
        const QList<Kind> cleared = driver.feed(happening::Cleared{});
        QCOMPARE(cleared.first(), Kind::CancelTimer);
        QCOMPARE(cleared.contains(Kind::Launch), !isStop);
    }
}

void TestProcessMachine::whatAnUnaskedDeathLeavesHasAShortTimeOfItsOwn()
{
    Driver driver({.stop = {.timeout = 700ms, .leftovers = 200ms}});
    driver.bringUp();
    QCOMPARE(driver.exit(1), QList<Kind>({Kind::ArmTimer, Kind::ClearLeftovers}));
    QVERIFY(!driver.wasAsked);
    QCOMPARE(driver.timer, 200ms);
    QCOMPARE(driver.feed(happening::TimerElapsed{}), QList<Kind>({Kind::KillLeftovers}));
    QCOMPARE(driver.state.phase, ProcessPhase::Backoff); // the relaunch waits for it
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.restarts, 1);
}

void TestProcessMachine::aCommandWhileLeftoversAreEndedLeavesThemTheirTime()
{
    for (const Happening &command : {Happening(happening::Stop{}), Happening(happening::Start{}),
             Happening(happening::Reset{}), Happening(happening::Restart{})}) {
        Driver driver;
        driver.bringUp();
        driver.exit(1);
        const bool isStop = std::holds_alternative<happening::Stop>(command);
        QCOMPARE(driver.feed(command), isStop ? QList<Kind>{Kind::LimitTimer} : QList<Kind>{});
        QCOMPARE(driver.feed(happening::TimerElapsed{}), QList<Kind>({Kind::KillLeftovers}));
        QCOMPARE(driver.feed(happening::Cleared{}).contains(Kind::Launch), !isStop);
    }
}

void TestProcessMachine::aStopWaitsForLeftoversNoLongerThanForALaunch()
{
    for (const RestartPolicy policy : {RestartPolicy::Always, RestartPolicy::Never}) {
        Driver driver(
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

void TestProcessMachine::leftoversThatAskForTimeHaveIt()
{
    const happening::TimeAsked asked{5s};
    Driver driver({.stop = {.timeout = 700ms, .leftovers = 200ms}});
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

void TestProcessMachine::whatIsLeftOfAKilledLaunchIsKilledAtOnce()
{
    Driver driver;
    driver.bringUp();
    driver.feed(happening::Stop{});
    driver.feed(happening::TimerElapsed{});
    const auto actions = driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(actions, QList<Kind>({Kind::ClearLeftovers, Kind::KillLeftovers}));
}

void TestProcessMachine::aKillEndsLeftoversAtOnce()
{
    for (const bool wasAsked : {true, false}) {
        Driver driver;
        driver.bringUp();
        if (wasAsked)
            driver.feed(happening::Stop{});
        driver.exit(0);
        QCOMPARE(driver.feed(happening::Kill{}).constLast(), Kind::KillLeftovers);
        QCOMPARE(driver.state.phase, ProcessPhase::Stopping);
        driver.feed(happening::Cleared{});
        QCOMPARE(driver.state.phase, ProcessPhase::Stopped);
    }
}

void TestProcessMachine::whatWentToTheBackgroundIsTheReason()
{
    Driver driver;
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

void TestProcessMachine::aStopDuringBackoffCancelsTheRestart()
{
    Driver driver({.restart = {.firstDelay = 500ms}});
    driver.bringUp();
    driver.exit(1);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.feed(happening::Stop{}), QList<Kind>({Kind::CancelTimer}));
    QCOMPARE(driver.state.phase, ProcessPhase::Stopped);
    QVERIFY(driver.feed(happening::TimerElapsed{}).isEmpty());
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::aStartDuringBackoffLaunchesAtOnceAndIsNotCounted()
{
    Driver driver({.restart = {.firstDelay = 500ms}});
    driver.bringUp();
    driver.exit(1);
    QVERIFY(!driver.feed(happening::Start{}).contains(Kind::Launch)); // not cleared yet
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::aStartWhileStoppingLaunchesOnceItIsGone()
{
    Driver driver;
    driver.bringUp();
    driver.feed(happening::Stop{});
    QVERIFY(driver.feed(happening::Start{}).isEmpty());
    driver.exit(0);
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.wanted, Wanted::Up);
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::aRestartIsNotCountedAndARestartOfAStoppedOneStartsIt()
{
    Driver driver;
    QVERIFY(driver.feed(happening::Restart{}).contains(Kind::Launch));
    driver.feed(happening::Launched{});
    QVERIFY(driver.feed(happening::Restart{}).contains(Kind::RequestStop));
    QVERIFY(driver.feed(happening::Restart{}).isEmpty()); // it is on its way already
    driver.exit(0);
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    driver.feed(happening::Launched{});
    QCOMPARE(driver.state.phase, ProcessPhase::Running);
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::resetClearsCountersAndBackoff()
{
    Driver driver({.restart = {.backoff = 1000ms, .maxRestarts = 5}});
    driver.bringUp();
    driver.delaysOfDeaths(5);
    driver.feed(happening::Reset{});
    QCOMPARE(driver.state.restarts, 0);
    QCOMPARE(driver.delaysOfDeaths(2), QList<qint64>({0, 1000}));

    driver.exit(1);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.phase, ProcessPhase::Backoff);
    QVERIFY(driver.feed(happening::Reset{}).contains(Kind::Launch));
}

void TestProcessMachine::notReadyInTimeIsAFailedStart()
{
    Driver driver({.ready = {.timeout = 250ms}});
    QVERIFY(!driver.feed(happening::Start{}).contains(Kind::ArmTimer)); // others are before it
    QCOMPARE(driver.feed(happening::TurnCame{}), QList<Kind>({Kind::ArmTimer}));
    QCOMPARE(driver.timer, 250ms);
    const auto actions = driver.feed(happening::TimerElapsed{});
    QCOMPARE(actions.first(), Kind::Kill);
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"not ready within 250 ms"_s);
    QCOMPARE(driver.state.phase, ProcessPhase::Backoff);
}

void TestProcessMachine::whoAsksForTimeHasIt()
{
    Driver driver(
        {.stop = {.timeout = 70ms}, .ready = {.mode = ReadyMode::Notify, .timeout = 250ms}});
    const happening::TimeAsked asked{5s};
    QVERIFY(driver.feed(asked).isEmpty());
    driver.bringUp();
    QCOMPARE(driver.feed(asked), QList<Kind>({Kind::ExtendTimer}));
    QCOMPARE(driver.timer, 5s);
    driver.feed(happening::ReadyChanged{true});
    QVERIFY(driver.feed(asked).isEmpty()); // nothing has to be over by some time

    driver.feed(happening::Stop{});
    QCOMPARE(driver.timer, 70ms);
    QCOMPARE(driver.feed(asked), QList<Kind>({Kind::ExtendTimer}));
    driver.feed(happening::TimerElapsed{});
    QVERIFY(driver.feed(asked).isEmpty()); // it was killed
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause),
        u"killed: did not stop within 70 ms, nor in the 5 s that it asked for"_s);
    driver.feed(happening::Cleared{});

    driver.feed(happening::Start{});
    driver.feed(happening::Launched{});
    driver.feed(happening::TimeAsked{7s});
    driver.feed(happening::TimerElapsed{.missing = u"it is not well"_s});
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause),
        u"not ready within 250 ms, nor in the 7 s that it asked for: it is not well"_s);

    driver.now = *driver.state.nextStartAt;
    driver.feed(happening::Cleared{});
    driver.feed(happening::Launched{});
    driver.feed(happening::TimerElapsed{});
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause),
        u"not ready within 250 ms"_s); // that time was the last launch's
}

void TestProcessMachine::aClassIsReadyOnceItsRunBegan()
{
    for (const bool toldFirst : {false, true}) { // the hub may hear of it before QProcess does
        Driver driver({.className = u"Monitor"_s});
        driver.feed(happening::Start{});
        const Happening first = toldFirst ? Happening(happening::ReadyChanged{true})
                                          : Happening(happening::Launched{});
        driver.feed(first);
        QCOMPARE(driver.state.phase, ProcessPhase::Starting);
        QVERIFY(!driver.state.ready);
        driver.feed(toldFirst ? Happening(happening::Launched{})
                              : Happening(happening::ReadyChanged{true}));
        QCOMPARE(driver.state.phase, ProcessPhase::Running);
        QVERIFY(driver.state.ready);
    }
}

void TestProcessMachine::whatWasMissingIsToldWithTheFailedStart()
{
    Driver driver({.ready = {.mode = ReadyMode::Tcp, .timeout = 250ms}});
    driver.bringUp();
    driver.feed(happening::TimerElapsed{.missing = u"connection refused"_s});
    driver.feed(happening::TimerElapsed{}); // it takes its time to die
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"not ready within 250 ms: connection refused"_s);
}

void TestProcessMachine::readinessAfterTheKillComesTooLate()
{
    Driver driver({.ready = {.mode = ReadyMode::Notify}});
    driver.bringUp();
    driver.feed(happening::TimerElapsed{});
    QVERIFY(driver.feed(happening::ReadyChanged{true}).isEmpty());
    QCOMPARE(driver.state.phase, ProcessPhase::Starting);
    QVERIFY(!driver.records.contains(RecordType::Ready));
}

void TestProcessMachine::everyModeBecomesReadyAsItSays_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<bool>("isClass");
    QTest::addColumn<bool>("readyOnceLaunched");
    for (int mode = 0; mode <= int(ReadyMode::Log); ++mode)
        for (const bool isClass : {false, true})
            QTest::addRow("mode %d, %s", mode, isClass ? "class" : "command")
                << mode << isClass << (ReadyMode(mode) == ReadyMode::Started && !isClass);
}

void TestProcessMachine::everyModeBecomesReadyAsItSays()
{
    QFETCH(const int, mode);
    QFETCH(const bool, isClass);
    QFETCH(const bool, readyOnceLaunched);
    for (const bool toldFirst : {false, true}) { // a program may be faster than QProcess
        Driver driver({.className = isClass ? u"Monitor"_s : QString(),
            .ready = {.mode = ReadyMode(mode), .timeout = 250ms}});
        driver.feed(happening::Start{});
        driver.feed(happening::TurnCame{});
        QCOMPARE(driver.timer, 250ms);
        if (toldFirst) {
            driver.feed(happening::ReadyChanged{true});
            QCOMPARE(driver.state.phase, ProcessPhase::Starting);
        }
        const QList<Kind> launched = driver.feed(happening::Launched{});
        QCOMPARE(driver.state.ready, toldFirst || readyOnceLaunched);
        QCOMPARE(launched.contains(Kind::CancelTimer), toldFirst || readyOnceLaunched);
        driver.feed(happening::ReadyChanged{true});
        QCOMPARE(driver.state.phase, ProcessPhase::Running);
        QVERIFY(driver.state.ready);
        QCOMPARE(driver.records, QList<RecordType>({RecordType::Start, RecordType::Ready}));

        driver.exit(1); // the next launch has to become ready anew
        driver.feed(happening::Cleared{});
        driver.feed(happening::Launched{});
        QCOMPARE(driver.state.ready, readyOnceLaunched);
    }
}

void TestProcessMachine::readinessFallsAndRisesOnlyWhileRunning()
{
    Driver driver;
    driver.feed(happening::Start{});
    driver.feed(happening::ReadyChanged{false});
    driver.feed(happening::Launched{});
    QVERIFY(driver.state.ready);
    driver.feed(happening::ReadyChanged{false});
    QVERIFY(!driver.state.ready);
    QCOMPARE(driver.state.phase, ProcessPhase::Running);
    driver.feed(happening::ReadyChanged{true});
    driver.feed(happening::ReadyChanged{true});
    driver.feed(happening::Stop{});
    driver.feed(happening::ReadyChanged{true});
    QVERIFY(!driver.state.ready);
    QCOMPARE(driver.records,
        QList<RecordType>({RecordType::Start, RecordType::Ready, RecordType::Unready,
            RecordType::Ready, RecordType::Unready}));
}

void TestProcessMachine::aFaultIsTheReasonOfTheExitThatFollows()
{
    Driver driver;
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

void TestProcessMachine::aFaultIsHeardWhileStoppingToo()
{
    Driver driver;
    driver.bringUp();
    driver.feed(happening::Stop{});
    driver.feed(happening::FaultReported{said(u"std::runtime_error: disk full"_s)});
    driver.exit(70);
    QCOMPARE(describe(driver.state.cause), u"std::runtime_error: disk full"_s);
}

void TestProcessMachine::aKillEndsItForGood()
{
    Driver driver;
    driver.bringUp();
    QVERIFY(driver.feed(happening::Kill{}).contains(Kind::Kill));
    QVERIFY(!driver.feed(happening::Kill{}).contains(Kind::Kill));
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"killed by the server"_s);
    QCOMPARE(driver.feed(happening::Cleared{}), QList<Kind>({Kind::CancelTimer}));
    QCOMPARE(driver.state.phase, ProcessPhase::Stopped);
}

void TestProcessMachine::whatSomebodyAskedForIsTheCause()
{
    Driver driver;
    driver.bringUp();
    driver.feed(happening::Restart{u"uid 1000"_s});
    driver.feed(happening::Exited{{.signal = u"SIGTERM"_s}});
    const Cause restarted = cause::Commanded{.action = u"restart"_s, .by = u"uid 1000"_s};
    QCOMPARE(driver.state.lastRestarts.count(driver.now, 10min), 0);
    QCOMPARE(driver.state.lastExit->cause, restarted);
    QCOMPARE(driver.state.lastExit->signal, u"SIGTERM"_s);
    driver.feed(happening::Cleared{});
    driver.feed(happening::Launched{});
    QCOMPARE(driver.state.cause, std::nullopt); // nothing went wrong
    QCOMPARE(driver.state.lastExit->cause, restarted);

    const Cause stopped = cause::Commanded{.action = u"stop"_s, .by = u"uid 0"_s};
    driver.feed(happening::Stop{stopped});
    driver.exit(0);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.cause, stopped);
    QCOMPARE(driver.state.lastExit->cause, stopped);
}

void TestProcessMachine::aCrashWhileStoppingIsStillACrash()
{
    Driver driver;
    driver.bringUp();
    driver.feed(happening::Stop{});
    driver.feed(happening::Exited{{.signal = u"SIGSEGV"_s}});
    QCOMPARE(driver.state.lastExit->cause, Cause(cause::Signalled{.signal = u"SIGSEGV"_s}));
}

void TestProcessMachine::theLastTenDeathsAreRemembered()
{
    Driver driver;
    driver.bringUp();
    for (int code = 1; code <= 12; ++code) {
        const QStringList lines{u"a"_s, u"b"_s, u"c"_s, QString::number(code)};
        driver.feed(happening::Exited{{.code = code, .lastLines = lines}});
        driver.feed(happening::Cleared{});
        driver.now = driver.state.nextStartAt.value_or(driver.now);
        driver.feed(happening::TimerElapsed{});
        driver.feed(happening::Launched{}); // and they outlive it
    }
    QCOMPARE(driver.state.phase, ProcessPhase::Running);
    QCOMPARE(driver.state.deaths.size(), 10);
    QCOMPARE(driver.state.deaths.constFirst(), *driver.state.lastExit);
    QCOMPARE(driver.state.deaths.constFirst().cause, Cause(cause::Exited{.exitCode = 12}));
    QCOMPARE(driver.state.deaths.constFirst().lastLines.size(), 4);
    QCOMPARE(driver.state.deaths.at(1).lastLines, (QStringList{u"b"_s, u"c"_s, u"11"_s}));
    QCOMPARE(driver.state.deaths.constLast().code, 3);
}

void TestProcessMachine::whatIsBlockedWaitsVisiblyAndIsLaunchedOnceItMayBe()
{
    Driver driver;
    driver.blocker = waitsFor(u"db"_s);
    QVERIFY(!driver.feed(happening::Start{}).contains(Kind::Launch));
    QCOMPARE(driver.state.phase, ProcessPhase::Waiting);
    QCOMPARE(driver.state.cause, waitsFor(u"db"_s));
    driver.blocker = waitsFor(u"cache"_s);
    QVERIFY(driver.feed(happening::BlockerChanged{}).isEmpty());
    QCOMPARE(driver.state.cause, waitsFor(u"cache"_s));
    QCOMPARE(driver.records, QList<RecordType>({RecordType::Waiting}));
    driver.blocker.reset();
    QVERIFY(driver.feed(happening::BlockerChanged{}).contains(Kind::Launch));
    QCOMPARE(driver.state.phase, ProcessPhase::Starting);
    QCOMPARE(driver.state.cause, std::nullopt);
    QCOMPARE(driver.state.restarts, 0);
    QVERIFY(!driver.feed(happening::BlockerChanged{}).contains(Kind::Launch));
}

void TestProcessMachine::aBlockedRestartIsCountedOnceItIsLaunched()
{
    Driver driver;
    driver.bringUp();
    driver.exit(1);
    driver.blocker = waitsFor(u"db"_s);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.phase, ProcessPhase::Waiting);
    QCOMPARE(driver.state.cause, waitsFor(u"db"_s));
    QCOMPARE(driver.state.restarts, 0);
    driver.blocker.reset();
    driver.feed(happening::BlockerChanged{});
    QCOMPARE(driver.state.restarts, 1);
    QCOMPARE(describe(driver.state.cause), u"exited with code 1"_s);
}

void TestProcessMachine::whatWaitsCanBeStopped()
{
    Driver driver;
    driver.blocker = waitsFor(u"db"_s);
    driver.feed(happening::Start{});
    driver.feed(happening::Stop{});
    QCOMPARE(driver.state.phase, ProcessPhase::Stopped);
    driver.blocker.reset();
    QVERIFY(!driver.feed(happening::BlockerChanged{}).contains(Kind::Launch));
}

void TestProcessMachine::aRecycledLaunchIsAskedAndNotCounted()
{
    Driver driver;
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
    QCOMPARE(driver.state.phase, ProcessPhase::Stopped);
}

void TestProcessMachine::whatUsedTooMuchIsAskedAndHasFailed_data()
{
    QTest::addColumn<RestartPolicy>("policy");
    QTest::addColumn<ProcessPhase>("phase");
    QTest::newRow("always") << RestartPolicy::Always << ProcessPhase::Backoff;
    QTest::newRow("on-failure") << RestartPolicy::OnFailure << ProcessPhase::Backoff;
    QTest::newRow("never") << RestartPolicy::Never << ProcessPhase::Failed;
}

void TestProcessMachine::whatUsedTooMuchIsAskedAndHasFailed()
{
    QFETCH(const RestartPolicy, policy);
    ProcessSpec spec;
    spec.restart.policy = policy;
    Driver driver(spec);
    driver.bringUp();
    const auto asked = driver.feed(happening::Excess{said(u"used too much"_s)});
    QVERIFY(asked.contains(Kind::RequestStop));
    QVERIFY(!asked.contains(Kind::Kill));
    QVERIFY(driver.feed(happening::Excess{said(u"again"_s)}).isEmpty());
    QVERIFY(driver.feed(happening::TimerElapsed{}).contains(Kind::Kill));
    driver.exit(0);
    QTEST(driver.state.phase, "phase");
    QCOMPARE(describe(driver.state.cause), u"used too much"_s);
    driver.feed(happening::Cleared{});
    const bool restarts = policy != RestartPolicy::Never;
    QCOMPARE(driver.state.restarts, restarts ? 1 : 0);
    QCOMPARE(driver.state.failures, restarts ? 1 : 0);
    QVERIFY(!driver.state.excess);
}

void TestProcessMachine::aStopOfWhatUsedTooMuchIsAStop()
{
    Driver driver;
    driver.bringUp();
    driver.feed(happening::Excess{said(u"used too much"_s)});
    driver.feed(happening::Stop{});
    driver.exit(0);
    QVERIFY(!driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.phase, ProcessPhase::Stopped);
}

void TestProcessMachine::aHungLaunchIsKilledAndCounted()
{
    Driver driver;
    driver.bringUp();
    QVERIFY(driver.feed(happening::Hung{said(u"hung: no heartbeat"_s)}).contains(Kind::Kill));
    QVERIFY(driver.feed(happening::Hung{said(u"again"_s)}).isEmpty());
    driver.feed(happening::ReadyChanged{false}); // its last words change nothing
    QVERIFY(driver.state.ready);
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"hung: no heartbeat"_s);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.restarts, 1);
}

void TestProcessMachine::aHungLaunchThatCannotBeKilledIsTold()
{
    Driver driver;
    driver.bringUp();
    driver.feed(happening::Hung{said(u"hung"_s)});
    QVERIFY(driver.feed(happening::TimerElapsed{}).contains(Kind::Kill));
    QVERIFY(describe(driver.state.cause).contains(u"cannot be killed"_s));
}

void TestProcessMachine::successIsWhatTheConfigurationSays()
{
    ProcessSpec spec;
    spec.restart.policy = RestartPolicy::OnFailure;
    spec.restart.successCodes = {0, 3};
    for (const int code : {0, 3, 4}) {
        Driver driver(spec);
        driver.bringUp();
        driver.exit(code);
        QCOMPARE(driver.state.phase, code == 4 ? ProcessPhase::Backoff : ProcessPhase::Done);
    }
}

void TestProcessMachine::nothingHappensTwice_data()
{
    QTest::addColumn<int>("phase");
    for (int phase = 0; phase <= int(ProcessPhase::Done); ++phase)
        QTest::addRow("%s", qPrintable(phaseName(ProcessPhase(phase)))) << phase;
}

// What Qt might report late, in whatever phase it finds the machine, never launches a second
// one beside the first.
void TestProcessMachine::nothingHappensTwice()
{
    QFETCH(const int, phase);
    const std::array<Happening, 20> all{happening::AwaitSchedule{}, happening::Due{},
        happening::TurnCame{}, happening::LeftBehind{u"x"_s},
        happening::TimeAsked{std::chrono::seconds(1)}, happening::Recycle{said(u"x"_s)},
        happening::Excess{said(u"x"_s)}, happening::Hung{said(u"x"_s)}, happening::BlockerChanged{},
        happening::Start{}, happening::Stop{}, happening::Restart{}, happening::Reset{},
        happening::Kill{}, happening::Launched{}, happening::ReadyChanged{true},
        happening::ReadyChanged{false}, happening::FaultReported{said(u"x"_s)},
        happening::TimerElapsed{}, happening::Cleared{}};
    for (const Happening &first : all) {
        for (const Happening &second : all) {
            Driver driver;
            driver.state.phase = ProcessPhase(phase);
            const bool alive = driver.state.phase == ProcessPhase::Starting
                || driver.state.phase == ProcessPhase::Running
                || (driver.state.phase == ProcessPhase::Stopping);
            if (driver.state.phase == ProcessPhase::Backoff)
                driver.state.nextStartAt = driver.now + 1s;
            if (alive
                && (std::holds_alternative<happening::Cleared>(first)
                    || std::holds_alternative<happening::Cleared>(second)))
                continue; // Cleared never comes while a launch is alive
            auto actions = driver.feed(first);
            actions += driver.feed(second);
            QVERIFY(actions.count(Kind::Launch) <= (alive ? 0 : 1));
        }
    }
}

void TestProcessMachine::aRestartOfWhatUsedTooMuchIsAWish()
{
    Driver driver({.restart = {.policy = RestartPolicy::Never}});
    driver.bringUp();
    driver.feed(happening::Excess{said(u"used too much"_s)});
    driver.feed(happening::Restart{});
    driver.exit(0);
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::aConfigurationErrorBeforeReadinessIsAFailure_data()
{
    QTest::addColumn<int>("policy");
    QTest::newRow("always") << int(RestartPolicy::Always);
    QTest::newRow("on failure") << int(RestartPolicy::OnFailure);
    QTest::newRow("never") << int(RestartPolicy::Never);
}

void TestProcessMachine::aConfigurationErrorBeforeReadinessIsAFailure()
{
    QFETCH(const int, policy);
    Driver driver({.className = u"C"_s, .restart = {.policy = RestartPolicy(policy)}});
    driver.bringUp();
    const Cause why = cause::Configuration{.detail = u"settings.url is missing"_s};
    driver.feed(happening::FaultReported{why});
    driver.exit(78);
    QCOMPARE(driver.state.phase, ProcessPhase::Failed);
    QCOMPARE(driver.state.cause, std::optional(why));
    QCOMPARE(driver.state.lastExit->cause, std::optional(why));
    QVERIFY(driver.records.contains(RecordType::Failed));
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.feed(happening::Start{}), QList{Kind::Launch}); // and it is tried again
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::aConfigurationErrorAfterReadinessIsAFaultLikeOthers()
{
    Driver driver({.className = u"C"_s});
    driver.bringUp();
    driver.feed(happening::ReadyChanged{true});
    driver.feed(happening::FaultReported{cause::Configuration{.detail = u"no such key"_s}});
    driver.exit(78);
    QCOMPARE(driver.state.phase, ProcessPhase::Backoff);
    QCOMPARE(driver.state.cause, std::optional(said(u"no such key"_s)));
}

void TestProcessMachine::whoIsStalledIsToldOfAndLeftAlone()
{
    Driver driver({.stalledAfter = 60s});
    driver.bringUp();
    QVERIFY(driver.feed(happening::Stalled{}).isEmpty());
    QVERIFY(driver.feed(happening::Stalled{}).isEmpty());
    QVERIFY(driver.state.stalled);
    QCOMPARE(driver.state.phase, ProcessPhase::Running);
    QVERIFY(driver.feed(happening::WorkedAgain{}).isEmpty());
    QVERIFY(!driver.state.stalled);
    driver.feed(happening::WorkedAgain{});
    QCOMPARE(driver.records.count(RecordType::Stalled), 1);
    QCOMPARE(driver.records.count(RecordType::Working), 1);
    driver.feed(happening::Stalled{});
    driver.exit(0);
    QVERIFY(!driver.state.stalled); // the next launch is another
}

void TestProcessMachine::whoIsStalledIsRestartedByChoice()
{
    Driver driver({.restart = {.policy = RestartPolicy::OnFailure},
        .stalledAfter = 60s,
        .onStalled = OnStalled::Restart});
    driver.bringUp();
    QCOMPARE(driver.feed(happening::Stalled{}), (QList{Kind::ArmTimer, Kind::RequestStop}));
    QCOMPARE(driver.state.phase, ProcessPhase::Stopping);
    driver.exit(0); // as a failure all the same
    QCOMPARE(driver.state.phase, ProcessPhase::Backoff);
    QCOMPARE(driver.state.cause, std::optional<Cause>(cause::Stalled{.after = 60s}));
}

void TestProcessMachine::nothingIsStalledBeforeItRuns()
{
    Driver driver({.className = u"C"_s, .stalledAfter = 60s});
    driver.feed(happening::Stalled{});
    driver.bringUp();
    driver.feed(happening::Stalled{});
    driver.feed(happening::WorkedAgain{});
    QVERIFY(!driver.state.stalled);
    QVERIFY(!driver.records.contains(RecordType::Stalled));
    QVERIFY(!driver.records.contains(RecordType::Working));
}

QTEST_GUILESS_MAIN(TestProcessMachine)
#include "tst_processmachine.moc"
