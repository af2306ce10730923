// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/supervisor.h"

#include "journal/journal.h"
#include "support/fakelauncher.h"
#include "support/fakewallclock.h"

#include <QElapsedTimer>
#include <QTest>

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;

/// A supervisor whose launches are the test's.
struct House
{
    explicit House(ProcessSpec spec)
        : House(std::make_unique<FakeLauncher>(FakeManners{.waitsForTurn = true}), std::move(spec))
    { }
    House(std::unique_ptr<FakeLauncher> fake, ProcessSpec spec)
        : launcher(fake.get())
        , supervisor(std::move(fake),
              std::make_unique<FakeWallClock>(QDateTime::currentDateTimeUtc()), journal)
    {
        spec.command = QStringList{u"/bin/true"_s};
        supervisor.add(u"http"_s, u"it"_s, spec);
        supervisor.start();
    }

    FakeLauncher *launcher;
    Journal journal;
    Supervisor supervisor;
};

} // namespace

/// What a supervisor does with its processes, without any.
class TestSupervisor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theTimeToBecomeReadyBeginsWithTheTurnOfTheLaunch();
    void aTextOfOneIsNoMatterOfItsGroup();
    void toKillAllMayTakeProcessesAway();
};

void TestSupervisor::theTimeToBecomeReadyBeginsWithTheTurnOfTheLaunch()
{
    House house({.ready = {.mode = ReadyMode::Notify, .timeout = 50ms}, .instances = 2});
    QCOMPARE(house.launcher->launches.size(), 2);
    const QPointer<FakeLaunch> waiting = house.launcher->launches.at(1);
    // The other one's time is over again and again meanwhile.
    for (int i = 0; i < 3; ++i) {
        house.launcher->launches.last() == waiting ? house.launcher->launches.first()->takeTurn()
                                                   : house.launcher->launches.last()->takeTurn();
        const qsizetype before = house.launcher->launches.size();
        QTRY_COMPARE_WITH_TIMEOUT(house.launcher->launches.size(), before + 1, patience);
    }
    QVERIFY(waiting);
    QCOMPARE(waiting->received, QList<int>());
    QCOMPARE(house.supervisor.find(u"it"_s, 1)->state().phase(), ProcessPhase::Starting);
    waiting->takeTurn();
    QTRY_COMPARE_WITH_TIMEOUT(describe(house.supervisor.find(u"it"_s, 1)->state().cause),
        u"not ready within 50 ms: it sent no READY=1 and did not call setReady()"_s, patience);
}

void TestSupervisor::aTextOfOneIsNoMatterOfItsGroup()
{
    constexpr int members = 400;
    constexpr int texts = 2000;
    House house({.group = u"all"_s, .strategy = GroupStrategy::OneForAll, .instances = members});
    for (const auto &launch : std::as_const(house.launcher->launches))
        launch->takeTurn();
    SupervisedProcess *one = house.supervisor.find(u"it"_s, 0);
    QCOMPARE(one->state().phase(), ProcessPhase::Running);
    QElapsedTimer taken;
    taken.start();
    for (int i = 0; i < texts; ++i)
        one->setStatusText(QString::number(i));
    for (int i = 0; i < texts; ++i)
        one->handle(happening::FaultReported{cause::Fault{.what = QString::number(i)}});
    // Some tens of milliseconds; minutes if each had every other one take a step.
    QVERIFY2(taken.elapsed() < 10'000, qPrintable(QString::number(taken.elapsed())));
}

void TestSupervisor::toKillAllMayTakeProcessesAway()
{
    House house({.instances = 5});
    for (const auto &launch : std::as_const(house.launcher->launches))
        launch->takeTurn();
    SupervisionCommand scale{.action = CommandAction::Scale, .selector = u"it"_s};
    scale.instances = 1;
    const auto scaled = house.supervisor.command(scale);
    QVERIFY(std::holds_alternative<qint64>(scaled));
    QCOMPARE(house.supervisor.all().size(), 5); // until they have stopped
    house.supervisor.killAll();
    QTRY_COMPARE_WITH_TIMEOUT(house.supervisor.all().size(), 1, patience);
}

QTEST_GUILESS_MAIN(TestSupervisor)
#include "tst_supervisor.moc"
