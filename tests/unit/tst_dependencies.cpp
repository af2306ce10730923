// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/companions.h"

#include "support/faketable.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

ProcessSpec needing(const QString &name, DependencyLevel level = DependencyLevel::Default)
{
    return {.dependsOn = {{name, level}}};
}

ProcessSpec grouped(GroupStrategy strategy, const QMap<QString, DependencyLevel> &dependsOn = {})
{
    return {.dependsOn = dependsOn, .group = u"g"_s, .strategy = strategy};
}

QStringList labels(const QList<SupervisedProcess *> &processes)
{
    QStringList labels;
    for (const SupervisedProcess *process : processes)
        labels.append(processLabel(process->name(), process->instance()));
    return labels;
}

QStringList sorted(QStringList list)
{
    list.sort();
    return list;
}

} // namespace

/// Who waits for whom and ends with whom, without any process.
class TestDependencies : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_house = std::make_unique<FakeTable>(); }
    void eachLevelIsReachedInItsTime_data();
    void eachLevelIsReachedInItsTime();
    void aTaskIsWaitedForUntilNothingOfItIsLeft();
    void allInstancesAreWaitedFor();
    void aReasonToWaitNamesWhyItsCauseHasFailed();
    void whatIsNotThereIsWaitedFor();
    void aGroupWaitsForThoseThatStop_data();
    void aGroupWaitsForThoseThatStop();
    void aStrategySaysWhoIsRestartedToo_data();
    void aStrategySaysWhoIsRestartedToo();
    void dependenciesComeFirst();
    void whoLeavesIsForgotten();

private:
    [[nodiscard]] std::optional<Cause> blockerOf(const QString &name) const
    {
        return m_house->table.companions().blockerOf(m_house->of(name));
    }
    [[nodiscard]] QString reasonOf(const QString &name) const { return describe(blockerOf(name)); }

    std::unique_ptr<FakeTable> m_house;
};

void TestDependencies::eachLevelIsReachedInItsTime_data()
{
    QTest::addColumn<DependencyLevel>("level");
    QTest::addColumn<bool>("whileStarting");
    QTest::addColumn<bool>("whileReady");
    QTest::newRow("started") << DependencyLevel::Started << true << true;
    QTest::newRow("ready") << DependencyLevel::Ready << false << true;
    QTest::newRow("what it is") << DependencyLevel::Default << false << true;
    QTest::newRow("completed") << DependencyLevel::Completed << false << false;
}

void TestDependencies::eachLevelIsReachedInItsTime()
{
    QFETCH(const DependencyLevel, level);
    m_house->add(u"db"_s, {.ready = {.mode = ReadyMode::Notify}});
    m_house->add(u"api"_s, needing(u"db"_s, level));
    QVERIFY(blockerOf(u"api"_s));
    m_house->of(u"db"_s).handle(happening::Start{});
    QTEST(!blockerOf(u"api"_s), "whileStarting");
    m_house->of(u"db"_s).handle(happening::ReadyChanged{true});
    QTEST(!blockerOf(u"api"_s), "whileReady");
    m_house->of(u"db"_s).handle(happening::Stop{});
    QVERIFY(blockerOf(u"api"_s));
    QCOMPARE(blockerOf(u"db"_s), std::nullopt);
}

void TestDependencies::aTaskIsWaitedForUntilNothingOfItIsLeft()
{
    m_house->add(u"migrate"_s, {.restart = {.policy = RestartPolicy::Never}});
    m_house->add(u"api"_s, needing(u"migrate"_s));
    m_house->startAll();
    QCOMPARE(reasonOf(u"api"_s), u"waits for migrate to complete"_s);
    m_house->launchOf(u"migrate"_s).exit(0);
    QCOMPARE(m_house->of(u"migrate"_s).state().phase(), ProcessPhase::Done);
    QCOMPARE(blockerOf(u"api"_s), std::nullopt);
}

void TestDependencies::allInstancesAreWaitedFor()
{
    m_house->add(u"db"_s, {.instances = 2});
    m_house->add(u"api"_s, needing(u"db"_s));
    m_house->of(u"db"_s, 0).handle(happening::Start{});
    QVERIFY(blockerOf(u"api"_s));
    m_house->of(u"db"_s, 1).handle(happening::Start{});
    QCOMPARE(blockerOf(u"api"_s), std::nullopt);
}

void TestDependencies::aReasonToWaitNamesWhyItsCauseHasFailed()
{
    m_house->add(u"db"_s, {.restart = {.maxRestarts = 0}});
    m_house->add(u"api"_s, needing(u"db"_s));
    m_house->startAll();
    m_house->launchOf(u"db"_s).exit(3);
    const auto blocker = blockerOf(u"api"_s);
    QVERIFY(blocker);
    const auto *waiting = blocker->as<cause::Waiting>();
    QVERIFY(waiting);
    QCOMPARE(waiting->process, u"db"_s);
    QCOMPARE(waiting->state, ProcessPhase::Failed);
    QCOMPARE(std::optional(*waiting->because.get()), m_house->of(u"db"_s).state().cause);
}

void TestDependencies::whatIsNotThereIsWaitedFor()
{
    m_house->add(u"api"_s, needing(u"db"_s));
    QVERIFY(blockerOf(u"api"_s));
    QVERIFY(!blockerOf(u"api"_s)->as<cause::Waiting>()->state);
}

void TestDependencies::aGroupWaitsForThoseThatStop_data()
{
    QTest::addColumn<GroupStrategy>("strategy");
    QTest::addColumn<bool>("waits");
    QTest::newRow("one for one") << GroupStrategy::OneForOne << false;
    QTest::newRow("rest for one") << GroupStrategy::RestForOne << true;
    QTest::newRow("one for all") << GroupStrategy::OneForAll << true;
}

void TestDependencies::aGroupWaitsForThoseThatStop()
{
    QFETCH(const GroupStrategy, strategy);
    m_house->add(u"a"_s, grouped(strategy));
    m_house->add(u"b"_s, grouped(strategy));
    m_house->add(u"alone"_s);
    m_house->startAll();
    QCOMPARE(blockerOf(u"a"_s), std::nullopt);
    m_house->of(u"b"_s).handle(happening::Restart{});
    QTEST(blockerOf(u"a"_s).has_value(), "waits");
    QCOMPARE(blockerOf(u"b"_s), std::nullopt); // not for itself
    QCOMPARE(blockerOf(u"alone"_s), std::nullopt);
    const auto held = m_house->table.companions().heldBy(m_house->of(u"b"_s));
    QTEST(!held.isEmpty(), "waits");
    m_house->launchOf(u"b"_s).exit(0); // it is launched again
    QCOMPARE(blockerOf(u"a"_s), std::nullopt);
}

void TestDependencies::aStrategySaysWhoIsRestartedToo_data()
{
    QTest::addColumn<GroupStrategy>("strategy");
    QTest::addColumn<QStringList>("expected");
    QTest::newRow("one for one") << GroupStrategy::OneForOne << QStringList();
    QTest::newRow("rest for one") << GroupStrategy::RestForOne << QStringList{u"c"_s};
    QTest::newRow("one for all") << GroupStrategy::OneForAll << QStringList{u"a"_s, u"c"_s};
}

void TestDependencies::aStrategySaysWhoIsRestartedToo()
{
    QFETCH(const GroupStrategy, strategy);
    m_house->add(u"c"_s, grouped(strategy, {{u"b"_s, DependencyLevel::Default}}));
    m_house->add(u"b"_s, grouped(strategy, {{u"a"_s, DependencyLevel::Default}}));
    m_house->add(u"a"_s, grouped(strategy));
    m_house->add(u"alone"_s);
    const auto restarted = m_house->table.companions().restartedWith(m_house->of(u"b"_s));
    QTEST(sorted(labels(restarted)), "expected");
}

void TestDependencies::dependenciesComeFirst()
{
    m_house->add(u"a"_s, needing(u"b"_s));
    m_house->add(u"b"_s, needing(u"c"_s));
    m_house->add(u"c"_s);
    const Companions &companions = m_house->table.companions();
    QCOMPARE(
        labels(companions.inOrder(m_house->table.all())), QStringList({u"c"_s, u"b"_s, u"a"_s}));
    QCOMPARE(labels(companions.dependantsOf(m_house->of(u"c"_s))), QStringList{u"b"_s});
    // What a name stands for may change, and so does the order.
    m_house->add(u"d"_s, needing(u"a"_s));
    m_house->table.describe(u"http"_s, u"c"_s, needing(u"d"_s));
    m_house->table.describe(u"http"_s, u"b"_s, {});
    QCOMPARE(labels(companions.inOrder(m_house->table.all())),
        QStringList({u"b"_s, u"a"_s, u"d"_s, u"c"_s}));
}

void TestDependencies::whoLeavesIsForgotten()
{
    m_house->add(u"db"_s);
    m_house->add(u"api"_s, needing(u"db"_s));
    m_house->table.forget(u"api"_s);
    m_house->table.remove(&m_house->of(u"api"_s));
    QCOMPARE(m_house->table.all(), QList<SupervisedProcess *>{&m_house->of(u"db"_s)});
    QVERIFY(m_house->table.companions().dependantsOf(m_house->of(u"db"_s)).isEmpty());
    QVERIFY(!m_house->table.knows(u"api"_s));
}

QTEST_GUILESS_MAIN(TestDependencies)
#include "tst_dependencies.moc"
