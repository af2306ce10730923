// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/machinedriver.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

std::optional<Cause> waitsFor(const QString &process)
{
    return cause::Waiting{
        .process = process, .waitsFor = u"ready"_s, .state = ProcessPhase::Starting};
}

} // namespace

/// How a launch becomes ready, and what keeps a process from being launched.
class TestMachineReadiness : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void notReadyInTimeIsAFailedStart();
    void whatWasMissingIsToldWithTheFailedStart();
    void readinessAfterTheKillComesTooLate();
    void whoAsksForTimeHasIt();
    void aClassIsReadyOnceItsRunBegan();
    void everyModeBecomesReadyAsItSays_data();
    void everyModeBecomesReadyAsItSays();
    void readinessFallsAndRisesOnlyWhileRunning();
    void whatIsBlockedWaitsVisiblyAndIsLaunchedOnceItMayBe();
    void aBlockedRestartIsCountedOnceItIsLaunched();
    void whatWaitsCanBeStopped();
};

void TestMachineReadiness::notReadyInTimeIsAFailedStart()
{
    MachineDriver driver({.ready = {.timeout = 250ms}});
    QVERIFY(!driver.feed(happening::Start{}).contains(Kind::ArmTimer)); // others are before it
    QCOMPARE(driver.feed(happening::TurnCame{}), QList<Kind>({Kind::ArmTimer}));
    QCOMPARE(driver.timer, 250ms);
    const auto actions = driver.feed(happening::TimerElapsed{});
    QCOMPARE(actions.first(), Kind::Kill);
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"not ready within 250 ms"_s);
    QCOMPARE(driver.state.phase(), ProcessPhase::Backoff);
}

void TestMachineReadiness::whoAsksForTimeHasIt()
{
    MachineDriver driver(
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

    driver.now = *driver.state.nextStartAt();
    driver.feed(happening::Cleared{});
    driver.feed(happening::Launched{});
    driver.feed(happening::TimerElapsed{});
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause),
        u"not ready within 250 ms"_s); // that time was the last launch's
}

void TestMachineReadiness::aClassIsReadyOnceItsRunBegan()
{
    for (const bool toldFirst : {false, true}) { // the hub may hear of it before QProcess does
        MachineDriver driver({.className = u"Monitor"_s});
        driver.feed(happening::Start{});
        const Happening first = toldFirst ? Happening(happening::ReadyChanged{true})
                                          : Happening(happening::Launched{});
        driver.feed(first);
        QCOMPARE(driver.state.phase(), ProcessPhase::Starting);
        QVERIFY(!driver.state.isReady());
        driver.feed(toldFirst ? Happening(happening::Launched{})
                              : Happening(happening::ReadyChanged{true}));
        QCOMPARE(driver.state.phase(), ProcessPhase::Running);
        QVERIFY(driver.state.isReady());
    }
}

void TestMachineReadiness::whatWasMissingIsToldWithTheFailedStart()
{
    MachineDriver driver({.ready = {.mode = ReadyMode::Tcp, .timeout = 250ms}});
    driver.bringUp();
    driver.feed(happening::TimerElapsed{.missing = u"connection refused"_s});
    driver.feed(happening::TimerElapsed{}); // it takes its time to die
    driver.feed(happening::Exited{{.signal = u"SIGKILL"_s}});
    QCOMPARE(describe(driver.state.cause), u"not ready within 250 ms: connection refused"_s);
}

void TestMachineReadiness::readinessAfterTheKillComesTooLate()
{
    MachineDriver driver({.ready = {.mode = ReadyMode::Notify}});
    driver.bringUp();
    driver.feed(happening::TimerElapsed{});
    QVERIFY(driver.feed(happening::ReadyChanged{true}).isEmpty());
    QCOMPARE(driver.state.phase(), ProcessPhase::Starting);
    QVERIFY(!driver.records.contains(RecordType::Ready));
}

void TestMachineReadiness::everyModeBecomesReadyAsItSays_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<bool>("isClass");
    QTest::addColumn<bool>("readyOnceLaunched");
    for (int mode = 0; mode <= int(ReadyMode::Log); ++mode)
        for (const bool isClass : {false, true})
            QTest::addRow("mode %d, %s", mode, isClass ? "class" : "command")
                << mode << isClass << (ReadyMode(mode) == ReadyMode::Started && !isClass);
}

void TestMachineReadiness::everyModeBecomesReadyAsItSays()
{
    QFETCH(const int, mode);
    QFETCH(const bool, isClass);
    QFETCH(const bool, readyOnceLaunched);
    for (const bool toldFirst : {false, true}) { // a program may be faster than QProcess
        MachineDriver driver({.className = isClass ? u"Monitor"_s : QString(),
            .ready = {.mode = ReadyMode(mode), .timeout = 250ms}});
        driver.feed(happening::Start{});
        driver.feed(happening::TurnCame{});
        QCOMPARE(driver.timer, 250ms);
        if (toldFirst) {
            driver.feed(happening::ReadyChanged{true});
            QCOMPARE(driver.state.phase(), ProcessPhase::Starting);
        }
        const QList<Kind> launched = driver.feed(happening::Launched{});
        QCOMPARE(driver.state.isReady(), toldFirst || readyOnceLaunched);
        QCOMPARE(launched.contains(Kind::CancelTimer), toldFirst || readyOnceLaunched);
        driver.feed(happening::ReadyChanged{true});
        QCOMPARE(driver.state.phase(), ProcessPhase::Running);
        QVERIFY(driver.state.isReady());
        QCOMPARE(driver.records, QList<RecordType>({RecordType::Start, RecordType::Ready}));

        driver.exit(1); // the next launch has to become ready anew
        driver.feed(happening::Cleared{});
        driver.feed(happening::Launched{});
        QCOMPARE(driver.state.isReady(), readyOnceLaunched);
    }
}

void TestMachineReadiness::readinessFallsAndRisesOnlyWhileRunning()
{
    MachineDriver driver;
    driver.feed(happening::Start{});
    driver.feed(happening::ReadyChanged{false});
    driver.feed(happening::Launched{});
    QVERIFY(driver.state.isReady());
    driver.feed(happening::ReadyChanged{false});
    QVERIFY(!driver.state.isReady());
    QCOMPARE(driver.state.phase(), ProcessPhase::Running);
    driver.feed(happening::ReadyChanged{true});
    driver.feed(happening::ReadyChanged{true});
    driver.feed(happening::Stop{});
    driver.feed(happening::ReadyChanged{true});
    QVERIFY(!driver.state.isReady());
    QCOMPARE(driver.records,
        QList<RecordType>({RecordType::Start, RecordType::Ready, RecordType::Unready,
            RecordType::Ready, RecordType::Unready}));
}

void TestMachineReadiness::whatIsBlockedWaitsVisiblyAndIsLaunchedOnceItMayBe()
{
    MachineDriver driver;
    driver.blocker = waitsFor(u"db"_s);
    QVERIFY(!driver.feed(happening::Start{}).contains(Kind::Launch));
    QCOMPARE(driver.state.phase(), ProcessPhase::Waiting);
    QCOMPARE(driver.state.cause, waitsFor(u"db"_s));
    driver.blocker = waitsFor(u"cache"_s);
    QVERIFY(driver.feed(happening::BlockerChanged{}).isEmpty());
    QCOMPARE(driver.state.cause, waitsFor(u"cache"_s));
    QCOMPARE(driver.records, QList<RecordType>({RecordType::Waiting}));
    driver.blocker.reset();
    QVERIFY(driver.feed(happening::BlockerChanged{}).contains(Kind::Launch));
    QCOMPARE(driver.state.phase(), ProcessPhase::Starting);
    QCOMPARE(driver.state.cause, std::nullopt);
    QCOMPARE(driver.state.restarts, 0);
    QVERIFY(!driver.feed(happening::BlockerChanged{}).contains(Kind::Launch));
}

void TestMachineReadiness::aBlockedRestartIsCountedOnceItIsLaunched()
{
    MachineDriver driver;
    driver.bringUp();
    driver.exit(1);
    driver.blocker = waitsFor(u"db"_s);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.phase(), ProcessPhase::Waiting);
    QCOMPARE(driver.state.cause, waitsFor(u"db"_s));
    QCOMPARE(driver.state.restarts, 0);
    driver.blocker.reset();
    driver.feed(happening::BlockerChanged{});
    QCOMPARE(driver.state.restarts, 1);
    QCOMPARE(describe(driver.state.cause), u"exited with code 1"_s);
}

void TestMachineReadiness::whatWaitsCanBeStopped()
{
    MachineDriver driver;
    driver.blocker = waitsFor(u"db"_s);
    driver.feed(happening::Start{});
    driver.feed(happening::Stop{});
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
    driver.blocker.reset();
    QVERIFY(!driver.feed(happening::BlockerChanged{}).contains(Kind::Launch));
}

QTEST_GUILESS_MAIN(TestMachineReadiness)
#include "tst_machinereadiness.moc"
