// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/fakeclock.h>
#include <semper/fakelink.h>
#include <semper/userprocess.h>

#include "host/processhost.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

/// What became of the tasks of one test.
struct Rounds
{
    int beside = 0;
    int run = 0;
    bool besideIsOver = false;
    bool runIsOver = false;
    bool enough = false;
};

QCoro::Task<> beside(TaskScope &scope, Rounds &rounds)
{
    const auto over = qScopeGuard([&rounds] { rounds.besideIsOver = true; });
    while (true) {
        ++rounds.beside;
        co_await scope.sleep(1s);
    }
}

QCoro::Task<> failing(TaskScope &scope, std::chrono::milliseconds after)
{
    if (after > 0ms)
        co_await scope.sleep(after);
    throw std::out_of_range("no such row");
}

/// Has to end before its scope does.
QCoro::Task<> stubborn(TaskScope &scope, Rounds &rounds)
{
    while (!rounds.enough) {
        try {
            co_await scope.sleep(10ms);
        } catch (const Stopped &) { // and again
        }
    }
}

/// Whether the task that is spawned fails, does not end, or neither, and whether run() returns.
struct Plan
{
    std::optional<std::chrono::milliseconds> failsAfter = {};
    bool isStubborn = false;
    bool returns = false;
};

class Spawning : public UserProcess
{
public:
    Spawning(Plan plan, Rounds &rounds)
        : m_plan(plan)
        , m_rounds(rounds)
    { }

    QCoro::Task<> run(Process &process) override
    {
        const auto over = qScopeGuard([this] { m_rounds.runIsOver = true; });
        process.spawn(beside(process, m_rounds));
        if (m_plan.failsAfter)
            process.spawn(failing(process, *m_plan.failsAfter));
        if (m_plan.isStubborn)
            process.spawn(stubborn(process, m_rounds));
        while (!m_plan.returns) {
            ++m_rounds.run;
            co_await process.sleep(1s);
        }
        co_await process.sleep(1s);
    }

private:
    Plan m_plan;
    Rounds &m_rounds;
};

/// A Spawning in its host, without a server.
class Hosted
{
public:
    explicit Hosted(Plan plan)
        : m_host(
            u"worker"_s, 0, [this, plan] { return std::make_unique<Spawning>(plan, rounds); }, link,
            clock)
        , finished(&m_host, &ProcessHost::finished)
    {
        m_host.start();
        clock.advance(0ms);
    }

    [[nodiscard]] std::optional<UserProcessExit> exit() const
    {
        return finished.isEmpty() ? std::nullopt
                                  : std::optional(finished.at(0).at(0).value<UserProcessExit>());
    }
    void requestStop() { m_host.requestStop(); }

    Rounds rounds;
    FakeLink link;
    FakeClock clock;

private:
    ProcessHost m_host;

public:
    QSignalSpy finished;
};

void expectMessage(const char *text)
{
    QTest::ignoreMessage(QtCriticalMsg, QRegularExpression(QLatin1StringView(text)));
}

} // namespace

class TestSpawn : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aSpawnedTaskRunsBesideRun();
    void aStopCutsItShort();
    void theEndOfRunCutsItShort();
    void whatItThrowsEndsTheProcess_data();
    void whatItThrowsEndsTheProcess();
    void afterAFaultNothingIsWaitedForLongerThanFiveSeconds();
    void aStopOfTheServersHasNoLimitOfItsOwn();
    void inAScopeWithoutAHostAFaultIsToldAndLogged();
    void aScopeThatIsGoneIsNotTold();
};

void TestSpawn::aSpawnedTaskRunsBesideRun()
{
    Hosted hosted({});
    hosted.clock.advance(2500ms);
    QCOMPARE(hosted.rounds.run, 3);
    QCOMPARE(hosted.rounds.beside, 3);
    QVERIFY(!hosted.exit());
    hosted.requestStop();
    hosted.clock.advance(0ms);
    QCOMPARE(hosted.exit(), UserProcessExit::Ended);
}

void TestSpawn::aStopCutsItShort()
{
    Hosted hosted({});
    hosted.requestStop();
    hosted.clock.advance(0ms);
    QVERIFY(hosted.rounds.besideIsOver);
    QVERIFY(hosted.rounds.runIsOver);
    QCOMPARE(hosted.exit(), UserProcessExit::Ended);
}

void TestSpawn::theEndOfRunCutsItShort()
{
    Hosted hosted({.returns = true});
    hosted.clock.advance(1s);
    QVERIFY(hosted.rounds.besideIsOver);
    QCOMPARE(hosted.exit(), UserProcessExit::Ended);
    QVERIFY(hosted.link.sent(u"fault").isEmpty());
}

void TestSpawn::whatItThrowsEndsTheProcess_data()
{
    QTest::addColumn<int>("after");
    QTest::newRow("at once") << 0;
    QTest::newRow("later") << 700;
}

void TestSpawn::whatItThrowsEndsTheProcess()
{
    QFETCH(const int, after);
    expectMessage("a spawned task threw std::out_of_range: no such row");
    Hosted hosted({.failsAfter = std::chrono::milliseconds(after)});
    hosted.clock.advance(std::chrono::milliseconds(after));
    QCOMPARE(hosted.exit(), UserProcessExit::Threw);
    QVERIFY(hosted.rounds.runIsOver);
    QVERIFY(hosted.rounds.besideIsOver);
    QCOMPARE(hosted.link.sent(u"fault").size(), 1);
    QCOMPARE(hosted.link.sent(u"fault").at(0).value(keys::what).toString(),
        u"std::out_of_range: no such row"_s);
}

void TestSpawn::afterAFaultNothingIsWaitedForLongerThanFiveSeconds()
{
    expectMessage("a spawned task threw std::out_of_range: no such row");
    Hosted hosted({.failsAfter = 700ms, .isStubborn = true});
    hosted.clock.advance(700ms);
    QVERIFY(!hosted.exit());
    QCOMPARE(hosted.link.sent(u"fault").size(), 1); // at once: the process may be killed
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"did not end by itself"_s));
    hosted.clock.advance(5s);
    QCOMPARE(hosted.exit(), UserProcessExit::Threw);
    hosted.rounds.enough = true;
    hosted.clock.advance(0ms);
}

void TestSpawn::aStopOfTheServersHasNoLimitOfItsOwn()
{
    Hosted hosted({.isStubborn = true});
    hosted.requestStop();
    hosted.clock.advance(1h);
    QVERIFY(hosted.rounds.runIsOver);
    QVERIFY(!hosted.exit());
    hosted.rounds.enough = true;
    hosted.clock.advance(0ms);
    QCOMPARE(hosted.exit(), UserProcessExit::Ended);
}

void TestSpawn::inAScopeWithoutAHostAFaultIsToldAndLogged()
{
    FakeClock clock;
    TaskScope scope(clock);
    QSignalSpy failed(&scope, &TaskScope::taskFailed);
    expectMessage("a spawned task threw std::out_of_range: no such row");
    scope.spawn(failing(scope, 0ms));
    QCOMPARE(scope.running(), 1);
    QVERIFY(failed.isEmpty());
    clock.advance(0ms);
    QCOMPARE(failed.size(), 1);
    QCOMPARE(scope.running(), 0);
}

void TestSpawn::aScopeThatIsGoneIsNotTold()
{
    FakeClock clock;
    Rounds rounds;
    TaskScope outer(clock);
    auto inner = std::make_unique<TaskScope>(clock);
    inner->spawn(beside(outer, rounds));
    inner.reset();
    outer.requestStop();
    clock.advance(0ms);
    QVERIFY(rounds.besideIsOver);
}

QTEST_GUILESS_MAIN(TestSpawn)

#include "tst_spawn.moc"
