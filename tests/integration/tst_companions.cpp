// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 15'000;

QJsonObject helper(const QStringList &words, QJsonObject more = {})
{
    more.insert(u"command"_s,
        QJsonArray::fromStringList(QStringList(helperProgram(words.first())) + words.sliced(1)));
    return more;
}

QJsonObject dependsOn(const QString &name, const QString &level)
{
    return {{u"depends_on"_s, QJsonObject{{name, level}}}};
}

QJsonObject inGroup(const QString &strategy, QJsonObject more = {})
{
    more.insert(u"group"_s, u"g"_s);
    more.insert(u"strategy"_s, strategy);
    return more;
}

} // namespace

/// What processes of a real server mean for each other.
class TestCompanions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDependantWaitsVisiblyForWhatItNeeds();
    void aDependantFollowsATaskThatIsDone();
    void aDependantStartsOnceATaskHasCompleted_data();
    void aDependantStartsOnceATaskHasCompleted();
    void aDependantIsStartedIntoATaskWhereItSaysSo();
    void aShutdownStopsDependantsFirst();
    void aFailureRestartsItsDependants();
    void aFailureStopsTheServiceWhereItIsToldTo();
    void aGroupEndsTogetherAndStartsTogether_data();
    void aGroupEndsTogetherAndStartsTogether();
    void eachInstanceKnowsItsNumber();
    void aGroupIsRestartedWithOneThatCannotStart();
    void aGroupStaysWhenOneHasFailedForGood();
    void aScaleAddsAndTakesAwayInstances();
    void aScaleTellsAtOnceWhoHasFailed();
    void whatIsScaledToNoneIsStillKnown();
    void aRestartOfSeveralKeepsAllButOneReady();
    void aSignalReachesWhatRuns();
};

void TestCompanions::aDependantWaitsVisiblyForWhatItNeeds()
{
    RunningServer server({{u"api"_s, helper({u"sleeper"_s}, dependsOn(u"db"_s, u"started"_s))},
        {u"db"_s, helper({u"sleeper"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"api"_s)[u"state"_s], u"running"_s, patience);
    // What is about to start as well is not told to be stopped.
    QVERIFY2(!server.log().contains(u"which is stopped"_s), qPrintable(server.log()));

    QCOMPARE(server.command({u"stop"_s, u"api"_s, u"db"_s}).exitCode, 0);
    QCOMPARE(server.command({u"start"_s, u"--all"_s}).exitCode, 0);
    QVERIFY2(!server.log().contains(u"which is stopped"_s), qPrintable(server.log()));
    QCOMPARE(server.command({u"stop"_s, u"api"_s, u"db"_s}).exitCode, 0);
    QCOMPARE(server.command({u"start"_s, u"api"_s, u"--no-wait"_s}).exitCode, 0);
    const QJsonObject waiting = server.process(u"api"_s);
    QCOMPARE(waiting[u"state"_s], u"waiting"_s);
    QCOMPARE(waiting[u"reason"_s], u"waits for db, which is stopped"_s);
    QCOMPARE(server.command({u"start"_s, u"db"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"api"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(server.process(u"api"_s)[u"restarts"_s], 0);
}

void TestCompanions::aDependantFollowsATaskThatIsDone()
{
    const QJsonObject once{{u"restart"_s,
        QJsonObject{{u"policy"_s, u"on-failure"_s}, {u"success_codes"_s, QJsonArray{3}}}}};
    RunningServer server({{u"api"_s, helper({u"sleeper"_s}, dependsOn(u"migrate"_s, u"ready"_s))},
        {u"migrate"_s, helper({u"exit-with"_s, u"3"_s}, once)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"migrate"_s)[u"state"_s], u"done"_s, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"api"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(server.get(u"/readyz"_s)[u"ready"_s], true); // what is done need not be ready
}

void TestCompanions::aDependantStartsOnceATaskHasCompleted_data()
{
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QJsonValue>("dependsOn");
    QTest::addColumn<int>("instances");
    QTest::newRow("by default, of what runs once")
        << u"never"_s << QJsonValue(QJsonArray{u"migrate"_s}) << 1;
    QTest::newRow("of what runs once")
        << u"never"_s << QJsonValue(QJsonObject{{u"migrate"_s, u"completed"_s}}) << 2;
    QTest::newRow("of what is tried again")
        << u"on-failure"_s << QJsonValue(QJsonObject{{u"migrate"_s, u"completed"_s}}) << 1;
}

void TestCompanions::aDependantStartsOnceATaskHasCompleted()
{
    QFETCH(const QString, policy);
    QFETCH(const QJsonValue, dependsOn);
    QFETCH(const int, instances);
    const QTemporaryDir folder;
    const QString codeFile = folder.filePath(u"code"_s);
    const auto endWith = [&codeFile](const QByteArray &code) {
        QFile file(codeFile + u".new"_s); // nobody reads half of it
        return file.open(QIODevice::WriteOnly) && file.write(code) > 0 && file.flush()
            && QFile::rename(file.fileName(), codeFile);
    };
    const QJsonObject migrate{
        {u"command"_s,
            QJsonArray{u"/bin/sh"_s, u"-c"_s,
                u"while ! read code <%1; do sleep 0.02; done 2>/dev/null; exit $code"_s.arg(
                    codeFile)}},
        {u"instances"_s, instances},
        {u"restart"_s,
            QJsonObject{{u"policy"_s, policy}, {u"max_restarts"_s, 0}, {u"window_ms"_s, 60000}}}};
    RunningServer server({{u"app"_s, helper({u"sleeper"_s}, {{u"depends_on"_s, dependsOn}})},
        {u"migrate"_s, migrate}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto allMigrationsAre = [&server](const QString &state) {
        const QJsonArray all = server.get(u"/api/v1/processes/migrate"_s).toArray();
        return !all.isEmpty() && std::ranges::all_of(all, [&state](const QJsonValue &it) {
            return it[u"state"_s] == state;
        });
    };

    // Not into the task ...
    QTRY_VERIFY_WITH_TIMEOUT(allMigrationsAre(u"running"_s), patience);
    QCOMPARE(server.process(u"app"_s)[u"state"_s], u"waiting"_s);
    QCOMPARE(server.process(u"app"_s)[u"reason"_s], u"waits for migrate to complete"_s);
    QVERIFY(server.command({u"status"_s}).standardOutput.contains("waits for migrate to complete"));
    const auto early = server.command({u"wait"_s, u"app"_s, u"--timeout-ms"_s, u"100"_s});
    QCOMPARE(early.exitCode, 1);

    // ... nor after it has failed ...
    QVERIFY(endWith("3\n"));
    QTRY_VERIFY_WITH_TIMEOUT(allMigrationsAre(u"failed"_s), patience);
    QTRY_COMPARE_WITH_TIMEOUT(
        server.process(u"app"_s)[u"reason"_s], u"waits for migrate, which has failed"_s, patience);
    QCOMPARE(server.process(u"app"_s)[u"state"_s], u"waiting"_s);
    QCOMPARE(server.command({u"wait"_s, u"app"_s}).exitCode, 1); // it says so at once
    QCOMPARE(server.command({u"wait"_s, u"--for"_s, u"done"_s, u"migrate"_s}).exitCode, 1);

    // ... but once it has succeeded.
    QVERIFY(QFile::remove(codeFile));
    QCOMPARE(server.command({u"start"_s, u"migrate"_s, u"--no-wait"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(allMigrationsAre(u"running"_s), patience);
    QTRY_COMPARE_WITH_TIMEOUT(
        server.process(u"app"_s)[u"reason"_s], u"waits for migrate to complete"_s, patience);
    QVERIFY(endWith("0\n"));
    QCOMPARE(server.command({u"wait"_s, u"app"_s}).exitCode, 0);
    QVERIFY(allMigrationsAre(u"done"_s));

    // Who runs is not disturbed by another run; who starts anew waits for its end.
    QVERIFY(QFile::remove(codeFile));
    QCOMPARE(server.command({u"start"_s, u"migrate"_s, u"--no-wait"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(allMigrationsAre(u"running"_s), patience);
    QCOMPARE(server.process(u"app"_s)[u"state"_s], u"running"_s);
    QCOMPARE(server.command({u"restart"_s, u"app"_s, u"--no-wait"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(
        server.process(u"app"_s)[u"reason"_s], u"waits for migrate to complete"_s, patience);
    QVERIFY(endWith("0\n"));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"app"_s)[u"state"_s], u"running"_s, patience);
}

// A daemon with the policy never is no task.
void TestCompanions::aDependantIsStartedIntoATaskWhereItSaysSo()
{
    const QJsonObject once{{u"restart"_s, QJsonObject{{u"policy"_s, u"never"_s}}}};
    RunningServer server({{u"api"_s, helper({u"sleeper"_s}, dependsOn(u"db"_s, u"ready"_s))},
        {u"db"_s, helper({u"sleeper"_s}, once)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"api"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(server.process(u"db"_s)[u"state"_s], u"running"_s);
}

void TestCompanions::aShutdownStopsDependantsFirst()
{
    RunningServer server({{u"a-db"_s, helper({u"sleeper"_s})},
        {u"b-cache"_s, helper({u"sleeper"_s}, dependsOn(u"a-db"_s, u"ready"_s))},
        {u"c-api"_s, helper({u"sleeper"_s}, dependsOn(u"b-cache"_s, u"ready"_s))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"c-api"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(server.stop(), 0);
    const QString log = server.log();
    const qsizetype api = log.indexOf(u"c-api: stopped"_s);
    const qsizetype cache = log.indexOf(u"b-cache: not ready"_s);
    const qsizetype database = log.indexOf(u"a-db: not ready"_s);
    QVERIFY2(api >= 0 && api < cache && cache < database, qPrintable(log));
}

void TestCompanions::aFailureRestartsItsDependants()
{
    const QJsonObject fails{{u"restart"_s,
        QJsonObject{{u"policy"_s, u"never"_s}, {u"on_failed"_s, u"restart-dependents"_s}}}};
    RunningServer server({{u"api"_s, helper({u"sleeper"_s}, dependsOn(u"db"_s, u"ready"_s))},
        {u"db"_s, helper({u"sleeper"_s}, fails)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"api"_s)[u"state"_s], u"running"_s, patience);
    const int database = server.process(u"db"_s)[u"pid"_s].toInt();
    QCOMPARE(::kill(database, SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"api"_s)[u"state"_s], u"waiting"_s, patience);
    QCOMPARE(server.process(u"api"_s)[u"reason"_s], u"waits for db, which has failed"_s);
    QCOMPARE(server.command({u"start"_s, u"db"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"api"_s)[u"state"_s], u"running"_s, patience);
}

void TestCompanions::aFailureStopsTheServiceWhereItIsToldTo()
{
    const QJsonObject fatal{{u"restart"_s,
        QJsonObject{{u"policy"_s, u"never"_s}, {u"on_failed"_s, u"stop-service"_s}}}};
    RunningServer server(
        {{u"vital"_s, helper({u"sleeper"_s}, fatal)}, {u"other"_s, helper({u"sleeper"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"vital"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(::kill(server.process(u"vital"_s)[u"pid"_s].toInt(), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QCOMPARE(server.stop(), 1);
    QVERIFY2(server.log().contains(u"vital has failed: killed by SIGKILL; the server stops"_s),
        qPrintable(server.log()));
    const QString farewell = server.log().section(u"other: stopped"_s, -1);
    QVERIFY2(farewell.contains(u"stopped: vital has failed: killed by SIGKILL\n"_s),
        qPrintable(server.log()));
}

void TestCompanions::aGroupEndsTogetherAndStartsTogether_data()
{
    QTest::addColumn<QString>("strategy");
    QTest::addColumn<QStringList>("replaced");
    QTest::newRow("one for one") << u"one_for_one"_s << QStringList{u"b"_s};
    QTest::newRow("rest for one") << u"rest_for_one"_s << QStringList{u"b"_s, u"c"_s};
    QTest::newRow("one for all") << u"one_for_all"_s << QStringList{u"a"_s, u"b"_s, u"c"_s};
}

void TestCompanions::aGroupEndsTogetherAndStartsTogether()
{
    QFETCH(const QString, strategy);
    QFETCH(const QStringList, replaced);
    const QStringList names{u"a"_s, u"b"_s, u"c"_s};
    RunningServer server({{u"a"_s, helper({u"sleeper"_s}, inGroup(strategy))},
        {u"b"_s, helper({u"sleeper"_s}, inGroup(strategy, dependsOn(u"a"_s, u"ready"_s)))},
        {u"c"_s, helper({u"sleeper"_s}, inGroup(strategy, dependsOn(u"b"_s, u"ready"_s)))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"c"_s)[u"state"_s], u"running"_s, patience);
    QHash<QString, int> pids;
    for (const QString &name : names)
        pids.insert(name, server.process(name)[u"pid"_s].toInt());

    QCOMPARE(::kill(pids.value(u"b"_s), SIGKILL), 0);
    for (const QString &name : replaced)
        QTRY_VERIFY_WITH_TIMEOUT(server.process(name)[u"state"_s] == u"running"_s
                && server.process(name)[u"pid"_s].toInt() != pids.value(name),
            patience);
    for (const QString &name : names) {
        const QJsonObject process = server.process(name);
        QCOMPARE(process[u"pid"_s].toInt() != pids.value(name), replaced.contains(name));
        QCOMPARE(process[u"restarts"_s].toInt(), name == u"b" ? 1 : 0);
    }
    QCOMPARE(server.process(u"b"_s)[u"reason"_s], u"killed by SIGKILL"_s);
    if (replaced.contains(u"c"_s))
        QCOMPARE(server.process(u"c"_s)[u"reason"_s], u"restarted with b: killed by SIGKILL"_s);
}

void TestCompanions::aGroupIsRestartedWithOneThatCannotStart()
{
    const QJsonObject patient{{u"restart"_s, QJsonObject{{u"first_delay_ms"_s, 600'000}}}};
    RunningServer server({{u"a"_s, helper({u"sleeper"_s}, inGroup(u"one_for_all"_s))},
        {u"b"_s, helper({u"not-there"_s}, inGroup(u"one_for_all"_s, patient))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"a"_s)[u"reason"_s].toString().startsWith(
                                 u"restarted with b: cannot start"_s),
        patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"a"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(server.process(u"b"_s)[u"state"_s], u"backoff"_s);
}

void TestCompanions::aGroupStaysWhenOneHasFailedForGood()
{
    const QJsonObject once{{u"restart"_s, QJsonObject{{u"max_restarts"_s, 0}}}};
    RunningServer server({{u"a"_s, helper({u"sleeper"_s}, inGroup(u"one_for_all"_s))},
        {u"b"_s, helper({u"sleeper"_s}, inGroup(u"one_for_all"_s, once))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"b"_s)[u"state"_s], u"running"_s, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"a"_s)[u"state"_s], u"running"_s, patience);
    const QJsonValue pid = server.process(u"a"_s)[u"pid"_s];
    QCOMPARE(::kill(server.process(u"b"_s)[u"pid"_s].toInt(), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"b"_s)[u"state"_s], u"failed"_s, patience);
    QCOMPARE(server.process(u"a"_s)[u"pid"_s], pid);
    QCOMPARE(server.process(u"a"_s)[u"state"_s], u"running"_s);
}

void TestCompanions::eachInstanceKnowsItsNumber()
{
    RunningServer server(
        {{u"worker"_s, helper({u"echo-env"_s, u"SEMPER_INSTANCE"_s}, {{u"instances"_s, 3}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (int i = 0; i < 3; ++i)
        QTRY_VERIFY_WITH_TIMEOUT(
            server.log().contains(
                u"%1 | SEMPER_INSTANCE=%2"_s.arg(i == 0 ? u"worker"_s : u"worker:%1"_s.arg(i))
                    .arg(i)),
            patience);
    const QJsonArray all = server.get(u"/api/v1/processes/worker"_s).toArray();
    QCOMPARE(all.size(), 3);
    QCOMPARE(all.at(2).toObject()[u"instance"_s], 2);
}

void TestCompanions::aScaleAddsAndTakesAwayInstances()
{
    RunningServer server({{u"worker"_s, helper({u"sleeper"_s}, {{u"instances"_s, 2}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto pids = [&server] {
        QList<int> list;
        for (const QJsonValue &process : server.get(u"/api/v1/processes/worker"_s).toArray())
            list.append(process[u"pid"_s].toInt());
        return list;
    };
    QTRY_VERIFY_WITH_TIMEOUT(pids().size() == 2 && !pids().contains(0), patience);
    const QList<int> before = pids();

    const auto more = server.command({u"scale"_s, u"worker"_s, u"4"_s});
    QVERIFY2(more.exitCode == 0, more.standardError);
    const QList<int> four = pids();
    QCOMPARE(four.size(), 4);
    QCOMPARE(four.first(2), before);
    QCOMPARE(server.command({u"scale"_s, u"worker"_s, u"1"_s}).exitCode, 0);
    QCOMPARE(pids(), before.first(1));
    QCOMPARE(::kill(before.last(), 0), -1);
    QCOMPARE(server.command({u"scale"_s, u"worker"_s, u"0"_s}).exitCode, 0);
    QCOMPARE(server.command({u"scale"_s, u"worker"_s, u"3"_s}).exitCode, 0);
    QCOMPARE(pids().size(), 3);

    QCOMPARE(server.command({u"scale"_s, u"nobody"_s, u"1"_s}).exitCode, 1);
    QVERIFY(server.command({u"scale"_s, u"wroker"_s, u"1"_s})
                .standardError.contains("no process \"wroker\"; did you mean \"worker\"?"));
    QCOMPARE(server.command({u"scale"_s, u"worker"_s, u"many"_s}).exitCode, 2);
    QCOMPARE(server.command({u"scale"_s, u"worker:1"_s, u"1"_s}).exitCode, 2);
}

void TestCompanions::aScaleTellsAtOnceWhoHasFailed()
{
    RunningServer server({{u"worker"_s,
        helper({u"exit-with"_s, u"3"_s},
            {{u"instances"_s, 0}, {u"restart"_s, QJsonObject{{u"max_restarts"_s, 1}}},
                {u"ready"_s, QJsonObject{{u"mode"_s, u"log"_s}, {u"pattern"_s, u"never"_s}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto outcome = server.command({u"scale"_s, u"worker"_s, u"1"_s}); // or it takes 2 min
    QCOMPARE(outcome.exitCode, 1);
    QVERIFY2(outcome.standardError.startsWith("worker has failed: exited with code 3 (more than"),
        outcome.standardError);
}

void TestCompanions::whatIsScaledToNoneIsStillKnown()
{
    RunningServer server({{u"worker"_s, helper({u"sleeper"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"scale"_s, u"worker"_s, u"0"_s}).exitCode, 0);
    const QByteArray note = "worker: no instances; 'semper scale worker N' starts some\n";

    QCOMPARE(server.get(u"/api/v1/processes/worker"_s), QJsonArray());
    const auto status = server.command({u"status"_s, u"worker"_s});
    QCOMPARE(status.exitCode, 0);
    QCOMPARE(status.standardOutput, note);
    QVERIFY(server.command({u"status"_s}).standardOutput.endsWith(note));
    QCOMPARE(server.command({u"status"_s, u"worker"_s, u"--json"_s}).standardOutput, "[\n]\n");
    for (const QString &action : {u"start"_s, u"stop"_s, u"restart"_s, u"reset"_s}) {
        const auto output = server.command({action, u"worker"_s});
        QVERIFY2(output.exitCode == 0, output.standardError);
        QCOMPARE(output.standardOutput, note);
        QCOMPARE(server.post(u"/api/v1/processes/worker/"_s + action).first, 202);
    }
    QCOMPARE(server.post(u"/api/v1/processes/worker/signal"_s, R"({"signal": "HUP"})").first, 409);
    QCOMPARE(server.command({u"wait"_s, u"worker"_s, u"--for"_s, u"down"_s}).exitCode, 0);
    const auto wait = server.command({u"wait"_s, u"worker"_s});
    QCOMPARE(wait.exitCode, 1);
    QCOMPARE(wait.standardError, note);
    QVERIFY(server.command({u"status"_s, u"workr"_s}).standardError.contains("did you mean"));

    QCOMPARE(server.command({u"scale"_s, u"worker"_s, u"2"_s}).exitCode, 0);
    QCOMPARE(server.get(u"/api/v1/processes/worker"_s).toArray().size(), 2);
    QVERIFY(!server.command({u"status"_s}).standardOutput.contains("no instances"));
}

void TestCompanions::aRestartOfSeveralKeepsAllButOneReady()
{
    RunningServer server({{u"worker"_s, helper({u"sleeper"_s}, {{u"instances"_s, 4}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.log().count(u": ready\n"_s), 4, patience);
    const QString before = server.log();
    QCOMPARE(server.command({u"restart"_s, u"worker"_s}).exitCode, 0);

    int ready = 4;
    int replaced = 0;
    const QStringList lines = server.log().sliced(before.size()).split(u'\n');
    for (const QString &line : lines) {
        if (line.endsWith(u": not ready"_s))
            --ready;
        else if (line.endsWith(u": ready"_s))
            ++ready, ++replaced;
        QVERIFY2(ready >= 3, qPrintable(lines.join(u'\n')));
    }
    QCOMPARE(replaced, 4);
}

void TestCompanions::aSignalReachesWhatRuns()
{
    RunningServer server({{u"it"_s,
        helper({u"ignore-term"_s}, {{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 200}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | ready"_s), patience);
    QCOMPARE(server.command({u"signal"_s, u"HUP"_s, u"it"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | ignored"_s), patience);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);

    const auto nonsense = server.command({u"signal"_s, u"LAUGH"_s, u"it"_s});
    QCOMPARE(nonsense.exitCode, 2);
    QVERIFY(nonsense.standardError.contains("must name a signal, such as HUP, not \"LAUGH\""));
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    const auto late = server.command({u"signal"_s, u"HUP"_s, u"it"_s});
    QCOMPARE(late.exitCode, 1);
    QVERIFY(late.standardError.contains("it does not run"));
}

QTEST_GUILESS_MAIN(TestCompanions)
#include "tst_companions.moc"
