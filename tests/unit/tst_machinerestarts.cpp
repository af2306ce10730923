// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/restartpolicy.h"
#include "unit/machinedriver.h"

#include <QTest>

#include <array>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

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

/// How a machine decides whether, and when, a launch that ended by itself is followed by another.
class TestMachineRestarts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aConfigurationErrorBeforeReadinessIsAFailure_data();
    void aConfigurationErrorBeforeReadinessIsAFailure();
    void aConfigurationErrorAfterReadinessIsAFaultLikeOthers();
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
    void successIsWhatTheConfigurationSays();
};

void TestMachineRestarts::everyPolicyMeetsEveryEnd_data()
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

void TestMachineRestarts::everyPolicyMeetsEveryEnd()
{
    QFETCH(const int, policy);
    QFETCH(const int, end);
    QFETCH(const int, expected);
    MachineDriver driver({.restart = {.policy = RestartPolicy(policy)}});
    driver.feed(happening::Start{});
    const Happening &happening = endsOfLife.at(std::size_t(end)).happening;
    if (std::holds_alternative<happening::Exited>(happening))
        driver.feed(happening::Launched{});
    const auto atItsEnd = driver.feed(happening);
    QCOMPARE(atItsEnd.last(), Kind::ClearLeftovers);
    QCOMPARE(int(driver.state.phase()), expected);
    QVERIFY(!driver.state.isReady());
    QVERIFY(driver.state.lastExit);
    QVERIFY(driver.state.cause);

    const auto actions = driver.feed(happening::Cleared{});
    const bool restarted = ProcessPhase(expected) == ProcessPhase::Backoff;
    QCOMPARE(actions.contains(Kind::Launch), restarted);
    QCOMPARE(driver.state.restarts, restarted ? 1 : 0);
    QCOMPARE(driver.records.contains(RecordType::Failed),
        ProcessPhase(expected) == ProcessPhase::Failed);
}

void TestMachineRestarts::whatPassesIsTriedAgainWhateverThePolicy_data()
{
    QTest::addColumn<int>("policy");
    for (const auto policy :
        {RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never})
        QTest::addRow("policy %d", int(policy)) << int(policy);
}

void TestMachineRestarts::whatPassesIsTriedAgainWhateverThePolicy()
{
    QFETCH(const int, policy);
    ProcessSpec spec;
    spec.command = QStringList{u"x"_s};
    spec.restart.policy = RestartPolicy(policy);
    spec.restart.maxRestarts = 2;
    MachineDriver machine(spec);
    machine.feed(happening::Start{});
    const happening::LaunchFailed busy{{}, said(u"text file busy"_s), true};
    for (int i = 0; i < 2; ++i) {
        machine.feed(busy);
        QCOMPARE(machine.state.phase(), ProcessPhase::Backoff);
        machine.now = *machine.state.nextStartAt();
        machine.feed(happening::Cleared{});
        QCOMPARE(machine.state.phase(), ProcessPhase::Starting);
    }
    machine.feed(busy); // not for ever, where there is a limit
    QCOMPARE(machine.state.phase(), ProcessPhase::Failed);

    MachineDriver stopping(spec);
    stopping.feed(happening::Start{});
    stopping.feed(happening::Stop{});
    stopping.feed(busy);
    stopping.feed(happening::Cleared{});
    QCOMPARE(stopping.state.phase(), ProcessPhase::Stopped);
}

void TestMachineRestarts::theFirstRestartIsImmediateThenTheDelayGrowsToItsCap()
{
    MachineDriver driver({.restart = {.backoff = 100ms, .multiplier = 3, .backoffMax = 2000ms}});
    driver.bringUp();
    QCOMPARE(driver.delaysOfDeaths(6), QList<qint64>({0, 100, 300, 900, 2000, 2000}));
    QCOMPARE(driver.state.restarts, 6);
    for (int i = 0; i < 2000; ++i) // no overflow, ever
        QCOMPARE(driver.delaysOfDeaths(1), QList<qint64>({2000}));
}

void TestMachineRestarts::stableRunningResetsTheBackoff()
{
    MachineDriver driver({.restart = {.backoff = 100ms, .resetAfter = 10s}});
    driver.bringUp();
    QCOMPARE(driver.delaysOfDeaths(3), QList<qint64>({0, 100, 200}));
    driver.exit(1, 9999ms);
    QCOMPARE(*driver.state.nextStartAt() - driver.now, 400ms);
    driver.now = *driver.state.nextStartAt();
    driver.feed(happening::Cleared{});
    driver.feed(happening::Launched{});
    driver.exit(1, 10s);
    QCOMPARE(*driver.state.nextStartAt(), driver.now);
    QCOMPARE(driver.state.restarts, 4); // counted at the relaunch, which is still to come
}

void TestMachineRestarts::whatNeverBecomesReadyIsRestartedAfterGrowingDelays()
{
    // Though each try takes longer than stable running would.
    MachineDriver driver(
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
            *driver.state.nextStartAt() - driver.now));
        driver.now = *driver.state.nextStartAt();
        driver.feed(happening::Cleared{});
    }
    QCOMPARE(delays, (QList<std::chrono::milliseconds>{0ms, 100ms, 200ms, 400ms}));
    driver.feed(happening::Launched{});
    driver.exit(1, 30s);
    QCOMPARE(driver.state.phase(), ProcessPhase::Failed);
}

void TestMachineRestarts::jitterStaysWithinItsShareAndBelowTheCap()
{
    const RestartSpec spec{.backoff = 1000ms, .backoffMax = 4000ms, .jitterRatio = 0.25};
    QCOMPARE(restartDelay(spec, 0, 0.99), 0ms);
    QCOMPARE(restartDelay(spec, 1, 0.0), 750ms);
    QCOMPARE(restartDelay(spec, 1, 0.5), 1000ms);
    QCOMPARE(restartDelay(spec, 1, 1.0), 1250ms);
    QCOMPARE(restartDelay(spec, 9, 1.0), 4000ms);
    QCOMPARE(restartDelay(spec, 9, 0.0), 3000ms);
}

void TestMachineRestarts::tooManyRestartsInTheWindowAreAFailure()
{
    MachineDriver driver({.restart = {.backoff = 0ms, .maxRestarts = 3, .window = 60s}});
    driver.bringUp();
    driver.delaysOfDeaths(3);
    driver.exit(7);
    QCOMPARE(driver.state.phase(), ProcessPhase::Failed);
    QVERIFY(describe(driver.state.cause).startsWith(u"exited with code 7 (more than 3 restarts"));
    QCOMPARE(driver.feed(happening::Cleared{}), QList<Kind>({Kind::CancelTimer}));
    QCOMPARE(driver.state.restarts, 3);

    QVERIFY(driver.feed(happening::Start{}).contains(Kind::Launch));
    driver.feed(happening::Launched{});
    driver.delaysOfDeaths(3); // a start clears the window
    QCOMPARE(driver.state.phase(), ProcessPhase::Running);
}

void TestMachineRestarts::restartsOutsideTheWindowAreForgotten()
{
    MachineDriver driver({.restart = {.backoff = 0ms, .maxRestarts = 1, .window = 60s}});
    driver.bringUp();
    for (int i = 0; i < 5; ++i) {
        driver.delaysOfDeaths(1);
        QCOMPARE(driver.state.phase(), ProcessPhase::Running);
        driver.now += 60s;
    }
    driver.delaysOfDeaths(1);
    driver.now += 59'999ms;
    driver.exit(1);
    QCOMPARE(driver.state.phase(), ProcessPhase::Failed);
}

void TestMachineRestarts::aRestartWaitsUntilTheDeadLaunchIsCleared()
{
    MachineDriver driver({.restart = {.firstDelay = 500ms}});
    driver.bringUp();
    driver.exit(1);
    driver.now += 200ms; // clearing took this long
    QCOMPARE(driver.feed(happening::Cleared{}), QList<Kind>({Kind::CancelTimer, Kind::ArmTimer}));
    QCOMPARE(driver.timer, 300ms);
    QVERIFY(driver.feed(happening::TimerElapsed{}).contains(Kind::Launch));
}

void TestMachineRestarts::successIsWhatTheConfigurationSays()
{
    ProcessSpec spec;
    spec.restart.policy = RestartPolicy::OnFailure;
    spec.restart.successCodes = {0, 3};
    for (const int code : {0, 3, 4}) {
        MachineDriver driver(spec);
        driver.bringUp();
        driver.exit(code);
        QCOMPARE(driver.state.phase(), code == 4 ? ProcessPhase::Backoff : ProcessPhase::Done);
    }
}

void TestMachineRestarts::aConfigurationErrorBeforeReadinessIsAFailure_data()
{
    QTest::addColumn<int>("policy");
    QTest::newRow("always") << int(RestartPolicy::Always);
    QTest::newRow("on failure") << int(RestartPolicy::OnFailure);
    QTest::newRow("never") << int(RestartPolicy::Never);
}

void TestMachineRestarts::aConfigurationErrorBeforeReadinessIsAFailure()
{
    QFETCH(const int, policy);
    MachineDriver driver({.className = u"C"_s, .restart = {.policy = RestartPolicy(policy)}});
    driver.bringUp();
    const Cause why = cause::Configuration{.detail = u"settings.url is missing"_s};
    driver.feed(happening::FaultReported{why});
    driver.exit(78);
    QCOMPARE(driver.state.phase(), ProcessPhase::Failed);
    QCOMPARE(driver.state.cause, std::optional(why));
    QCOMPARE(driver.state.lastExit->cause, std::optional(why));
    QVERIFY(driver.records.contains(RecordType::Failed));
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.feed(happening::Start{}), QList{Kind::Launch}); // and it is tried again
    QCOMPARE(driver.state.restarts, 0);
}

void TestMachineRestarts::aConfigurationErrorAfterReadinessIsAFaultLikeOthers()
{
    MachineDriver driver({.className = u"C"_s});
    driver.bringUp();
    driver.feed(happening::ReadyChanged{true});
    driver.feed(happening::FaultReported{cause::Configuration{.detail = u"no such key"_s}});
    driver.exit(78);
    QCOMPARE(driver.state.phase(), ProcessPhase::Backoff);
    QCOMPARE(driver.state.cause, std::optional(said(u"no such key"_s)));
}

QTEST_GUILESS_MAIN(TestMachineRestarts)
#include "tst_machinerestarts.moc"
