// SPDX-License-Identifier: GPL-3.0-or-later
#include "unit/machinedriver.h"

#include <QTest>

#include <array>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

decltype(MachineState::current) stageOf(ProcessPhase phase, Instant nextStart)
{
    switch (phase) {
    case ProcessPhase::Stopped:
        return stage::Stopped{};
    case ProcessPhase::Waiting:
        return stage::Waiting{};
    case ProcessPhase::Starting:
        return stage::Starting{};
    case ProcessPhase::Running:
        return stage::Running{};
    case ProcessPhase::Backoff:
        return stage::Backoff{.until = nextStart};
    case ProcessPhase::Stopping:
        return stage::Stopping{};
    case ProcessPhase::Failed:
        return stage::Failed{};
    case ProcessPhase::Done:
        return stage::Done{};
    }
    Q_UNREACHABLE();
}

} // namespace

/// What a machine makes of commands, and of whatever comes in whatever phase.
class TestProcessMachine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aStopDuringBackoffCancelsTheRestart();
    void aStartDuringBackoffLaunchesAtOnceAndIsNotCounted();
    void aStartWhileStoppingLaunchesOnceItIsGone();
    void aRestartIsNotCountedAndARestartOfAStoppedOneStartsIt();
    void resetClearsCountersAndBackoff();
    void whatSomebodyAskedForIsTheCause();
    void theLastTenDeathsAreRemembered();
    void nothingHappensTwice_data();
    void nothingHappensTwice();
};

void TestProcessMachine::aStopDuringBackoffCancelsTheRestart()
{
    MachineDriver driver({.restart = {.firstDelay = 500ms}});
    driver.bringUp();
    driver.exit(1);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.feed(happening::Stop{}), QList<Kind>({Kind::CancelTimer}));
    QCOMPARE(driver.state.phase(), ProcessPhase::Stopped);
    QVERIFY(driver.feed(happening::TimerElapsed{}).isEmpty());
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::aStartDuringBackoffLaunchesAtOnceAndIsNotCounted()
{
    MachineDriver driver({.restart = {.firstDelay = 500ms}});
    driver.bringUp();
    driver.exit(1);
    QVERIFY(!driver.feed(happening::Start{}).contains(Kind::Launch)); // not cleared yet
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::aStartWhileStoppingLaunchesOnceItIsGone()
{
    MachineDriver driver;
    driver.bringUp();
    driver.feed(happening::Stop{});
    QVERIFY(driver.feed(happening::Start{}).isEmpty());
    driver.exit(0);
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    QCOMPARE(driver.state.wanted(), Wanted::Up);
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::aRestartIsNotCountedAndARestartOfAStoppedOneStartsIt()
{
    MachineDriver driver;
    QVERIFY(driver.feed(happening::Restart{}).contains(Kind::Launch));
    driver.feed(happening::Launched{});
    QVERIFY(driver.feed(happening::Restart{}).contains(Kind::RequestStop));
    QVERIFY(driver.feed(happening::Restart{}).isEmpty()); // it is on its way already
    driver.exit(0);
    QVERIFY(driver.feed(happening::Cleared{}).contains(Kind::Launch));
    driver.feed(happening::Launched{});
    QCOMPARE(driver.state.phase(), ProcessPhase::Running);
    QCOMPARE(driver.state.restarts, 0);
}

void TestProcessMachine::resetClearsCountersAndBackoff()
{
    MachineDriver driver({.restart = {.backoff = 1000ms, .maxRestarts = 5}});
    driver.bringUp();
    driver.delaysOfDeaths(5);
    driver.feed(happening::Reset{});
    QCOMPARE(driver.state.restarts, 0);
    QCOMPARE(driver.delaysOfDeaths(2), QList<qint64>({0, 1000}));

    driver.exit(1);
    driver.feed(happening::Cleared{});
    QCOMPARE(driver.state.phase(), ProcessPhase::Backoff);
    QVERIFY(driver.feed(happening::Reset{}).contains(Kind::Launch));
}

void TestProcessMachine::whatSomebodyAskedForIsTheCause()
{
    MachineDriver driver;
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

void TestProcessMachine::theLastTenDeathsAreRemembered()
{
    MachineDriver driver;
    driver.bringUp();
    for (int code = 1; code <= 12; ++code) {
        const QStringList lines{u"a"_s, u"b"_s, u"c"_s, QString::number(code)};
        driver.feed(happening::Exited{{.code = code, .lastLines = lines}});
        driver.feed(happening::Cleared{});
        driver.now = driver.state.nextStartAt().value_or(driver.now);
        driver.feed(happening::TimerElapsed{});
        driver.feed(happening::Launched{}); // and they outlive it
    }
    QCOMPARE(driver.state.phase(), ProcessPhase::Running);
    QCOMPARE(driver.state.deaths.size(), 10);
    QCOMPARE(driver.state.deaths.constFirst(), *driver.state.lastExit);
    QCOMPARE(driver.state.deaths.constFirst().cause, Cause(cause::Exited{.exitCode = 12}));
    QCOMPARE(driver.state.deaths.constFirst().lastLines.size(), 4);
    QCOMPARE(driver.state.deaths.at(1).lastLines, (QStringList{u"b"_s, u"c"_s, u"11"_s}));
    QCOMPARE(driver.state.deaths.constLast().code, 3);
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
            MachineDriver driver;
            driver.state.current = stageOf(ProcessPhase(phase), driver.now + 1s);
            QCOMPARE(driver.state.phase(), ProcessPhase(phase));
            const bool alive = driver.state.launch() != nullptr;
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

QTEST_GUILESS_MAIN(TestProcessMachine)
#include "tst_processmachine.moc"
