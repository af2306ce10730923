// SPDX-License-Identifier: GPL-3.0-or-later
// Commands that are for several processes at once.
#include "support/runningserver.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;

QJsonObject helper(const QString &name, QJsonObject more = {})
{
    more.insert(u"command"_s, QJsonArray{helperProgram(name)});
    return more;
}

QJsonObject dependsOn(const QString &name)
{
    return {{u"depends_on"_s, QJsonArray{name}}};
}

} // namespace

class TestTogether : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void allAreStoppedInTheOrderOfTheirDependencies();
    void whoIsStartedAgainMeanwhileStays();
    void hundredsAreStoppedAndStartedAtOnce();
    void aSignalToAllReachesThoseThatRun();
    void whatIsRefusedForOneIsDoneForTheOthers();
    void aRestartBeginsWithThoseThatAreNotReady();
};

void TestTogether::allAreStoppedInTheOrderOfTheirDependencies()
{
    // By name the other way round.
    RunningServer server({{u"a-db"_s, helper(u"sleeper"_s)},
        {u"b-cache"_s, helper(u"sleeper"_s, dependsOn(u"a-db"_s))},
        {u"c-api"_s, helper(u"sleeper"_s, dependsOn(u"b-cache"_s))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"c-api"_s)[u"state"_s], u"running"_s, patience);
    const auto outcome = server.command({u"stop"_s, u"--all"_s});
    QVERIFY2(outcome.exitCode == 0, outcome.standardError);
    const QString log = server.log();
    const qsizetype api = log.indexOf(u"c-api: stopped"_s);
    const qsizetype cache = log.indexOf(u"b-cache: not ready"_s);
    const qsizetype cacheStopped = log.indexOf(u"b-cache: stopped"_s);
    const qsizetype database = log.indexOf(u"a-db: not ready"_s);
    QVERIFY2(api >= 0 && api < cache && cache < cacheStopped && cacheStopped < database,
        qPrintable(log));
    QCOMPARE(server.process(u"a-db"_s)[u"wanted"_s], u"down"_s);
}

void TestTogether::whoIsStartedAgainMeanwhileStays()
{
    RunningServer server({{u"a-db"_s, helper(u"sleeper"_s)},
        {u"api"_s,
            helper(u"ignore-term"_s,
                {{u"depends_on"_s, QJsonArray{u"a-db"_s}},
                    {u"stop"_s, QJsonObject{{u"timeout_ms"_s, 10'000}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"api | ready"_s), patience);
    const QJsonValue pid = server.process(u"a-db"_s)[u"pid"_s];
    QCOMPARE(server.command({u"stop"_s, u"--all"_s, u"--no-wait"_s}).exitCode, 0);
    QCOMPARE(server.command({u"start"_s, u"a-db"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"api"_s)[u"state"_s], u"stopped"_s, patience);
    QCOMPARE(server.process(u"a-db"_s)[u"pid"_s], pid);
    QCOMPARE(server.process(u"a-db"_s)[u"state"_s], u"running"_s);
}

void TestTogether::hundredsAreStoppedAndStartedAtOnce()
{
    QJsonObject processes;
    for (int i = 0; i < 200; ++i)
        processes.insert(u"p%1"_s.arg(i), helper(u"sleeper"_s));
    RunningServer server(processes);
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto count = [&server](const QString &state) {
        int found = 0;
        for (const QJsonValue &process : server.get(u"/api/v1/processes"_s).toArray())
            found += process[u"state"_s] == state ? 1 : 0;
        return found;
    };
    QTRY_COMPARE_WITH_TIMEOUT(count(u"running"_s), 200, patience);
    for (const QString &action : {u"stop"_s, u"start"_s, u"restart"_s}) {
        const auto outcome = server.command({action, u"--all"_s});
        QVERIFY2(outcome.exitCode == 0, outcome.standardError);
        QCOMPARE(count(action == u"stop"_s ? u"stopped"_s : u"running"_s), 200);
    }
}

void TestTogether::aSignalToAllReachesThoseThatRun()
{
    const QJsonObject disabled{{u"enabled"_s, false}};
    RunningServer server({{u"a"_s, helper(u"ignore-term"_s, disabled)},
        {u"b"_s, helper(u"ignore-term"_s, {{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 100}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"b | ready"_s), patience);
    QCOMPARE(server.command({u"signal"_s, u"HUP"_s, u"--all"_s, u"--no-wait"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"b | ignored"_s), patience);

    QCOMPARE(server.command({u"stop"_s, u"--all"_s}).exitCode, 0);
    const auto none = server.command({u"signal"_s, u"HUP"_s, u"--all"_s});
    QCOMPARE(none.exitCode, 1);
    QVERIFY2(none.standardError.contains("no process runs"), none.standardError);
}

void TestTogether::whatIsRefusedForOneIsDoneForTheOthers()
{
    RunningServer server({{u"a"_s, helper(u"ignore-term"_s, {{u"enabled"_s, false}})},
        {u"b"_s, helper(u"ignore-term"_s, {{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 100}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"b | ready"_s), patience);
    const auto outcome = server.command({u"signal"_s, u"HUP"_s, u"a"_s, u"b"_s});
    QCOMPARE(outcome.exitCode, 1);
    QCOMPARE(outcome.standardError, "a: a does not run\n");
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"b | ignored"_s), patience);
}

void TestTogether::aRestartBeginsWithThoseThatAreNotReady()
{
    // The last instance dies until there is the file "go", and is then away for long.
    const QString script
        = u"[ $SEMPER_INSTANCE != 2 ] || [ -e go ] || exit 1; echo up; exec sleep 600"_s;
    RunningServer server({{u"worker"_s,
        QJsonObject{{u"command"_s, QJsonArray{u"sh"_s, u"-c"_s, script}}, {u"instances"_s, 3},
            {u"ready"_s, QJsonObject{{u"mode"_s, u"log"_s}, {u"pattern"_s, u"^up$"_s}}},
            {u"restart"_s,
                QJsonObject{{u"first_delay_ms"_s, 600'000}, {u"backoff_ms"_s, 600'000},
                    {u"backoff_max_ms"_s, 600'000}}}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto instance = [&server](int number) {
        return server.get(u"/api/v1/processes/worker"_s).toArray().at(number).toObject();
    };
    QTRY_COMPARE_WITH_TIMEOUT(instance(2)[u"state"_s], u"backoff"_s, patience);
    QTRY_VERIFY_WITH_TIMEOUT(
        instance(0)[u"ready"_s].toBool() && instance(1)[u"ready"_s].toBool(), patience);
    const QJsonValue first = instance(0)[u"pid"_s];
    const QJsonValue second = instance(1)[u"pid"_s];
    const QString before = server.log();
    QCOMPARE(server.command({u"restart"_s, u"worker"_s, u"--no-wait"_s}).exitCode, 0);
    const auto since = [&] { return server.log().sliced(before.size()); };
    QTRY_VERIFY_WITH_TIMEOUT(since().contains(u"worker:2: exited with code 1"_s), patience);
    QCOMPARE(instance(0)[u"pid"_s], first); // with one missing, none is taken away
    QCOMPARE(instance(1)[u"pid"_s], second);

    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QCOMPARE(server.command({u"start"_s, u"worker:2"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(
        instance(1)[u"ready"_s].toBool() && instance(1)[u"pid"_s] != second, patience);
    QVERIFY(instance(0)[u"pid"_s] != first);
    const QString log = since();
    QVERIFY2(log.indexOf(u"worker:2: ready"_s) < log.indexOf(u"worker: not ready"_s)
            && log.indexOf(u"worker: ready"_s) < log.indexOf(u"worker:1: not ready"_s),
        qPrintable(log));
}

QTEST_GUILESS_MAIN(TestTogether)
#include "tst_together.moc"
