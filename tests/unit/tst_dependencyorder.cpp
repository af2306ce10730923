// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/dependencyorder.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

using Processes = QMap<QString, ProcessSpec>;

ProcessSpec dependingOn(const QStringList &names)
{
    ProcessSpec spec;
    for (const QString &name : names)
        spec.dependsOn.insert(name, DependencyLevel::Ready);
    return spec;
}

ProcessSpec inGroup(const QString &group, GroupStrategy strategy)
{
    ProcessSpec spec;
    spec.group = group;
    spec.strategy = strategy;
    return spec;
}

} // namespace

class TestDependencyOrder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void dependenciesComeFirstAndTheRestByName();
    void anUnknownNameIsToldWithTheNearest();
    void nothingWaitsForASchedule();
    void whatIsAlwaysRestartedNeverCompletes();
    void eachCircleIsToldOnce_data();
    void eachCircleIsToldOnce();
    void aGroupHasOneStrategy();
    void aLongChainIsNoTroubleForTheStack();
};

void TestDependencyOrder::dependenciesComeFirstAndTheRestByName()
{
    const Processes processes{{u"api"_s, dependingOn({u"db"_s, u"cache"_s})},
        {u"cache"_s, dependingOn({u"db"_s})}, {u"db"_s, {}}, {u"alone"_s, {}}};
    QVERIFY(dependencyFaults(processes).isEmpty());
    QCOMPARE(
        dependencyOrder(processes), QList<QString>({u"alone"_s, u"db"_s, u"cache"_s, u"api"_s}));
}

void TestDependencyOrder::anUnknownNameIsToldWithTheNearest()
{
    const Processes processes{{u"api"_s, dependingOn({u"cahce"_s})}, {u"cache"_s, {}}};
    QCOMPARE(dependencyFaults(processes),
        QList<DependencyFault>({{u"api"_s, u"no process \"cahce\"; did you mean \"cache\"?"_s}}));
}

void TestDependencyOrder::nothingWaitsForASchedule()
{
    ProcessSpec nightly = dependingOn({u"db"_s}); // which may itself wait for others
    nightly.schedule = ScheduleSpec{.cron = u"@daily"_s};
    const Processes processes{
        {u"api"_s, dependingOn({u"nightly"_s})}, {u"db"_s, {}}, {u"nightly"_s, nightly}};
    QCOMPARE(dependencyFaults(processes),
        QList<DependencyFault>(
            {{u"api"_s, u"\"nightly\" has a schedule, so nothing can wait for it"_s}}));
}

void TestDependencyOrder::whatIsAlwaysRestartedNeverCompletes()
{
    ProcessSpec app;
    ProcessSpec task;
    app.dependsOn.insert(u"task"_s, DependencyLevel::Completed);
    const auto faults = [&] { return dependencyFaults({{u"app"_s, app}, {u"task"_s, task}}); };
    QCOMPARE(faults(),
        QList<DependencyFault>({{u"app"_s,
            u"\"task\" is always restarted, so it never completes; \"ready\", or the restart "
            "policy \"never\" or \"on-failure\" for \"task\""_s}}));
    for (const RestartPolicy policy : {RestartPolicy::OnFailure, RestartPolicy::Never}) {
        task.restart.policy = policy;
        QCOMPARE(faults(), QList<DependencyFault>());
    }
    task.restart.policy = RestartPolicy::Always;
    app.dependsOn.insert(u"task"_s, DependencyLevel::Default);
    QCOMPARE(faults(), QList<DependencyFault>());
}

void TestDependencyOrder::eachCircleIsToldOnce_data()
{
    QTest::addColumn<QStringList>("edges"); // "a b": a depends on b
    QTest::addColumn<QStringList>("told");
    QTest::newRow("itself") << QStringList{u"a a"_s} << QStringList{u"a → a"_s};
    QTest::newRow("two") << QStringList{u"a b"_s, u"b a"_s} << QStringList{u"a → b → a"_s};
    QTest::newRow("three, entered from outside")
        << QStringList{u"a c"_s, u"b c"_s, u"c d"_s, u"d b"_s} << QStringList{u"c → d → b → c"_s};
    QTest::newRow("two circles") << QStringList{u"a b"_s, u"b a"_s, u"c d"_s, u"d c"_s}
                                 << QStringList{u"a → b → a"_s, u"c → d → c"_s};
    QTest::newRow("a diamond is none")
        << QStringList{u"a b"_s, u"a c"_s, u"b d"_s, u"c d"_s} << QStringList{};
}

void TestDependencyOrder::eachCircleIsToldOnce()
{
    QFETCH(const QStringList, edges);
    QFETCH(const QStringList, told);
    Processes processes;
    for (const QString &edge : edges) {
        const QStringList names = edge.split(u' ');
        processes[names.first()].dependsOn.insert(names.last(), DependencyLevel::Started);
        static_cast<void>(processes[names.last()]);
    }
    QStringList found;
    const QList<DependencyFault> faults = dependencyFaults(processes);
    for (const DependencyFault &fault : faults)
        found.append(fault.message);
    QStringList expected;
    for (const QString &way : told)
        expected.append(u"waits for itself: "_s + way);
    QCOMPARE(found, expected);
}

void TestDependencyOrder::aGroupHasOneStrategy()
{
    const Processes processes{{u"a"_s, inGroup(u"g"_s, GroupStrategy::OneForAll)},
        {u"b"_s, inGroup(u"g"_s, GroupStrategy::OneForAll)},
        {u"c"_s, inGroup(u"g"_s, GroupStrategy::RestForOne)},
        {u"d"_s, inGroup(u"other"_s, GroupStrategy::OneForOne)}};
    const QList<DependencyFault> faults = dependencyFaults(processes);
    QCOMPARE(faults.size(), 1);
    QCOMPARE(faults.first().process, u"c"_s);
    QVERIFY(faults.first().ofGroup);
}

void TestDependencyOrder::aLongChainIsNoTroubleForTheStack()
{
    constexpr int count = 20'000;
    const auto name = [](int i) { return u"p%1"_s.arg(i, 5, 10, QChar(u'0')); };
    Processes processes;
    for (int i = 0; i < count; ++i)
        processes.insert(name(i), i + 1 < count ? dependingOn({name(i + 1)}) : ProcessSpec());
    QVERIFY(dependencyFaults(processes).isEmpty());
    const QList<QString> order = dependencyOrder(processes);
    QCOMPARE(order.first(), name(count - 1));
    QCOMPARE(order.last(), name(0));
}

QTEST_GUILESS_MAIN(TestDependencyOrder)
#include "tst_dependencyorder.moc"
