// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/rollingrestart.h"

#include "support/faketable.h"

#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

/// The order in which the instances of a process are restarted, without any.
class TestRollingRestart : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void neverMoreThanOneIsMissing();
    void thoseThatAreNotReadyComeFirst();
    void oneThatDiesMeanwhileIsWaitedFor();
    void whoIsStoppedMeanwhileStaysSo();
    void whatWasStoppedBeforeIsStarted();
    void aFailureGivesUpTheRest();
    void whoLeavesIsNotWaitedFor();

private:
    /// "it" with \a instances, all of them ready.
    void make(int instances, const RestartSpec &restart = {});
    void begin();
    [[nodiscard]] QList<int> asked() const; ///< the instances whose launch is asked to stop
    /// Ends the launch of \a instance, which is launched anew, and has that one ready.
    void replace(int instance)
    {
        m_house->launchOf(u"it"_s, instance).exit(0);
        m_house->of(u"it"_s, instance).handle(happening::ReadyChanged{true});
    }

    std::unique_ptr<FakeTable> m_house;
    std::unique_ptr<RollingRestart> m_rolling;
    int m_finished = 0;
    QList<QList<int>> m_givenUp; ///< with these left
};

void TestRollingRestart::make(int instances, const RestartSpec &restart)
{
    m_rolling.reset();
    m_house = std::make_unique<FakeTable>();
    m_finished = 0;
    m_givenUp.clear();
    m_house->add(u"it"_s,
        {.restart = restart, .ready = {.mode = ReadyMode::Notify}, .instances = instances});
    m_house->startAll();
    for (SupervisedProcess *process : m_house->table.all())
        process->handle(happening::ReadyChanged{true});
}

void TestRollingRestart::begin()
{
    m_rolling = std::make_unique<RollingRestart>(m_house->table.all(), u"me"_s);
    connect(m_rolling.get(), &RollingRestart::finished, this, [this] { ++m_finished; });
    connect(m_rolling.get(), &RollingRestart::givenUp, this,
        [this](const SupervisedProcess &, const QList<int> &left) { m_givenUp.append(left); });
    m_rolling->start();
}

QList<int> TestRollingRestart::asked() const
{
    QList<int> instances;
    for (const SupervisedProcess *process : m_house->table.all())
        if (process->pid() > 0 && m_house->isAskedToStop(u"it"_s, process->instance()))
            instances.append(process->instance());
    return instances;
}

void TestRollingRestart::neverMoreThanOneIsMissing()
{
    make(3);
    begin();
    for (const int instance : {0, 1, 2}) {
        QCOMPARE(asked(), QList{instance});
        m_house->launchOf(u"it"_s, instance).exit(0);
        QVERIFY(asked().isEmpty()); // until the new one is ready
        QCOMPARE(m_finished, 0);
        m_house->of(u"it"_s, instance).handle(happening::ReadyChanged{true});
    }
    QVERIFY(asked().isEmpty());
    QCOMPARE(m_finished, 1);
    QCOMPARE(m_house->launcher.launches.size(), 6);
    const Cause expected = cause::Commanded{.action = u"restart"_s, .by = u"me"_s};
    for (const SupervisedProcess *process : m_house->table.all()) {
        QCOMPARE(process->state().lastExit->cause, expected);
        QCOMPARE(process->state().restarts, 0); // somebody asked for it
    }
}

void TestRollingRestart::thoseThatAreNotReadyComeFirst()
{
    make(3);
    m_house->of(u"it"_s, 2).handle(happening::ReadyChanged{false});
    begin();
    QCOMPARE(asked(), QList{2});
    replace(2);
    QCOMPARE(asked(), QList{0});
}

void TestRollingRestart::oneThatDiesMeanwhileIsWaitedFor()
{
    make(2);
    begin();
    m_house->launchOf(u"it"_s, 1).exit(1);
    replace(0);
    QCOMPARE(asked(), QList{1}); // it is missing anyway, so nobody misses it more
    replace(1);
    QCOMPARE(m_finished, 1);
}

void TestRollingRestart::whoIsStoppedMeanwhileStaysSo()
{
    make(3);
    begin();
    m_house->of(u"it"_s, 1).handle(happening::Stop{});
    m_house->launchOf(u"it"_s, 1).exit(0);
    replace(0);
    QCOMPARE(asked(), QList{2});
    replace(2);
    QCOMPARE(m_finished, 1);
    QCOMPARE(m_house->of(u"it"_s, 1).state().phase(), ProcessPhase::Stopped);
}

void TestRollingRestart::whatWasStoppedBeforeIsStarted()
{
    make(2);
    m_house->of(u"it"_s, 1).handle(happening::Stop{});
    m_house->launchOf(u"it"_s, 1).exit(0);
    begin();
    QCOMPARE(m_house->of(u"it"_s, 1).state().phase(), ProcessPhase::Starting);
    QVERIFY(asked().isEmpty());
    m_house->of(u"it"_s, 1).handle(happening::ReadyChanged{true});
    QCOMPARE(asked(), QList{0});
}

void TestRollingRestart::aFailureGivesUpTheRest()
{
    make(3, {.maxRestarts = 0});
    begin();
    m_house->launchOf(u"it"_s, 0).exit(0);
    m_house->launchOf(u"it"_s, 0).exit(1); // the new one cannot
    QCOMPARE(m_house->of(u"it"_s, 0).state().phase(), ProcessPhase::Failed);
    QCOMPARE(m_givenUp, QList<QList<int>>({{1, 2}}));
    QCOMPARE(m_finished, 1);
    QVERIFY(asked().isEmpty());
    m_house->of(u"it"_s, 0).handle(happening::Start{}); // too late
    m_house->of(u"it"_s, 0).handle(happening::ReadyChanged{true});
    QVERIFY(asked().isEmpty());
}

void TestRollingRestart::whoLeavesIsNotWaitedFor()
{
    make(2);
    begin();
    const QPointer<SupervisedProcess> first = &m_house->of(u"it"_s, 0);
    m_house->table.remove(first);
    QCoreApplication::sendPostedEvents(first, QEvent::DeferredDelete);
    QVERIFY(!first);
    QCOMPARE(asked(), QList{1});
    replace(1);
    QCOMPARE(m_finished, 1);
}

QTEST_GUILESS_MAIN(TestRollingRestart)
#include "tst_rollingrestart.moc"
