// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/reloading.h"
#include "support/hubpeer.h"

#include <QFile>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 15'000;

/// Three instances of which the first fails where \a fails says so.
QJsonObject workers(const QString &value, bool fails, const QString &folder)
{
    const QString script = fails
        ? u"[ $SEMPER_INSTANCE = 0 ] && [ ! -e %1/mended ] && exit 3; echo up; exec sleep 600"_s
        : u"echo up; exec sleep 600 # %1"_s;
    return {{u"command"_s, QJsonArray{u"sh"_s, u"-c"_s, script.arg(folder)}},
        {u"environment"_s, QJsonObject{{u"X"_s, value}}}, {u"instances"_s, 3},
        {u"ready"_s, QJsonObject{{u"mode"_s, u"log"_s}, {u"pattern"_s, u"^up$"_s}}},
        {u"restart"_s, QJsonObject{{u"policy"_s, u"never"_s}}}};
}

QList<bool> outdated(RunningServer &server)
{
    QList<bool> list;
    for (const QJsonValue &process : server.get(u"/api/v1/processes/worker"_s).toArray())
        list.append(process[u"outdated"_s].toBool());
    return list;
}

} // namespace

/// A real server whose configuration changes while it runs.
class TestReload : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onlyWhatChangedIsRestarted();
    void addedStartAndRemovedGo();
    void addedDependenciesComeBeforeTheirDependants();
    void removedOnesStopDependantsFirst();
    void aKeyThatNeedsNoRestartIsObeyedWithoutOne();
    void theInstancesOfAChangedOneAreReplacedOneByOne();
    void aBadFileChangesNothing_data();
    void aBadFileChangesNothing();
    void aDryRunChangesNothing();
    void whatIsFixedIsRefusedAsAWhole();
    void aStopSurvives();
    void aScaleSurvivesUnlessInstancesChange();
    void whatIsEnabledStartsAndWhatIsNotStops();
    void aScheduleThatComesOrGoesMakesItAnotherKind();
    void whoIsWaitedForMayComeAndGo();
    void whatWasStoppedWhileOthersWereReplacedStaysStopped();
    void sighupReloadsThroughTheGuardian();
    void theFirstOfTheModeNotifyFindsItsSocket();
    void whatARestartThatWasGivenUpLeftIsSeenAndTakenUpAgain();
    void whatStillRunsAsAskedForIsLeftAloneByAWayBack();
};

void TestReload::onlyWhatChangedIsRestarted()
{
    RunningServer server({{u"a"_s, sleeper()}, {u"b"_s, sleeper(variable(u"1"_s))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s) && isRunning(server, u"b"_s), patience);
    const int a = pidOf(server, u"a"_s);
    const int b = pidOf(server, u"b"_s);

    server.configure({{u"a"_s, sleeper()}, {u"b"_s, sleeper(variable(u"2"_s))}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(pidOf(server, u"b"_s) != b && isRunning(server, u"b"_s), patience);
    QCOMPARE(pidOf(server, u"a"_s), a);
    QCOMPARE(server.process(u"b"_s)[u"restarts"_s], 0);
    QFile environment(u"/proc/%1/environ"_s.arg(pidOf(server, u"b"_s)));
    QVERIFY(environment.open(QIODevice::ReadOnly));
    QVERIFY(environment.readAll().split('\0').contains("X=2"));
}

void TestReload::addedStartAndRemovedGo()
{
    RunningServer server({{u"a"_s, sleeper()}, {u"old"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"old"_s), patience);
    const int a = pidOf(server, u"a"_s);
    const int old = pidOf(server, u"old"_s);

    server.configure({{u"a"_s, sleeper()}, {u"new"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"new"_s), patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"old"_s).isEmpty(), patience);
    QCOMPARE(::kill(old, 0), -1);
    QCOMPARE(pidOf(server, u"a"_s), a);
    QCOMPARE(server.get(u"/api/v1/processes"_s).toArray().size(), 2);

    // And back, while the one that goes may still be on its way.
    server.configure({{u"a"_s, sleeper()}, {u"old"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    server.configure({{u"a"_s, sleeper()}, {u"new"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"old"_s).isEmpty(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"new"_s), patience);
    QCOMPARE(pidOf(server, u"a"_s), a);
}

void TestReload::addedDependenciesComeBeforeTheirDependants()
{
    RunningServer server({{u"z"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    server.configure({{u"api"_s, sleeper({{u"depends_on"_s, QJsonArray{u"db"_s}}})},
        {u"db"_s, sleeper()}, {u"z"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"api"_s), patience);
    QVERIFY2(!server.log().contains(u"has no instances"_s), qPrintable(server.log()));
}

void TestReload::removedOnesStopDependantsFirst()
{
    const QJsonObject needs{{u"depends_on"_s, QJsonArray{u"a-db"_s}}};
    RunningServer server({{u"a-db"_s, sleeper()}, {u"b-api"_s, sleeper(needs)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"b-api"_s), patience);
    server.configure(QJsonObject{});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.get(u"/api/v1/processes"_s).toArray().size(), 0, patience);
    const QString log = server.log();
    const qsizetype api = log.indexOf(u"b-api: stopped"_s);
    const qsizetype database = log.indexOf(u"a-db: not ready"_s);
    QVERIFY2(api >= 0 && api < database, qPrintable(log));
}

void TestReload::aKeyThatNeedsNoRestartIsObeyedWithoutOne()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    const int before = pidOf(server, u"a"_s);
    server.configure({{u"a"_s, sleeper({{u"restart"_s, QJsonObject{{u"policy"_s, u"never"_s}}}})}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QCOMPARE(pidOf(server, u"a"_s), before);
    QCOMPARE(::kill(before, SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"a"_s)[u"state"_s], u"failed"_s, patience);
}

void TestReload::theInstancesOfAChangedOneAreReplacedOneByOne()
{
    RunningServer server({{u"a"_s, sleeper(instances(3))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"wait"_s, u"a"_s}).exitCode, 0);
    QJsonObject changed = variable(u"2"_s);
    changed.insert(u"instances"_s, 3);
    server.configure({{u"a"_s, sleeper(changed)}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QCOMPARE(server.command({u"wait"_s, u"a"_s}).exitCode, 0); // for all three
    const auto log = [&] { return server.log(); };
    for (const QJsonValue &a : server.get(u"/api/v1/processes/a"_s).toArray())
        QCOMPARE(a[u"outdated"_s], false);
    QTRY_VERIFY2_WITH_TIMEOUT(
        log().count(u"not ready"_s) == 3 && server.get(u"/readyz"_s)[u"ready"_s].toBool(),
        qPrintable(log()), patience);
    // Each is down only when the one before is ready again.
    int missing = 0;
    const QStringList lines = log().split(u'\n');
    for (const QString &line : lines) {
        if (!line.contains(u"a:"_s))
            continue;
        if (line.contains(u"not ready"_s))
            QVERIFY2(++missing == 1, qPrintable(log()));
        else if (missing > 0 && line.contains(u"ready"_s))
            --missing;
    }
}

void TestReload::aBadFileChangesNothing_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("complaint");
    QTest::newRow("no JSON") << QByteArray("{") << QByteArray("$");
    QTest::newRow("misspelt") << QByteArray(R"({"services": {"http": {"type": "http",
        "listen": "127.0.0.1:0", "processes": {"a": {"comand": ["x"]}}}}})")
                              << QByteArray("$.services.http.processes.a.comand: unknown key");
    QTest::newRow("no such class") << QByteArray(R"({"services": {"http": {"type": "http",
        "listen": "127.0.0.1:0", "processes": {"a": {"class": "Nowhere"}}}}})")
                                   << QByteArray("processes.a.class: no class Nowhere");
    QTest::newRow("too large") << QByteArray(1024 * 1024 + 1, ' ') << QByteArray("larger than");
}

void TestReload::aBadFileChangesNothing()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, complaint);
    RunningServer server({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s) && isRunning(server, u"b"_s), patience);
    const QJsonValue before = server.get(u"/api/v1/processes"_s);
    server.configure(text);
    const auto output = server.command({u"reload"_s});
    QCOMPARE(output.exitCode, 1);
    QVERIFY2(output.standardError.contains(complaint), output.standardError.constData());
    const QJsonArray after = server.get(u"/api/v1/processes"_s).toArray();
    QCOMPARE(after.size(), 2);
    for (int i = 0; i < 2; ++i)
        QCOMPARE(after[i][u"pid"_s], before[i][u"pid"_s]);
}

void TestReload::aDryRunChangesNothing()
{
    RunningServer server({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    const int a = pidOf(server, u"a"_s);
    server.configure({{u"a"_s, sleeper(variable(u"2"_s))}, {u"c"_s, sleeper()}});
    const auto output = server.command({u"reload"_s, u"--dry-run"_s});
    QCOMPARE(output.exitCode, 0);
    QCOMPARE(
        output.standardOutput, "~ a: environment.X (restart)\n- b\n+ c\n= 0 processes unchanged\n");
    QCOMPARE(pidOf(server, u"a"_s), a);
    QVERIFY(!server.process(u"b"_s).isEmpty());
    QVERIFY(server.process(u"c"_s).isEmpty());
    // It was not taken over in secret either.
    QCOMPARE(server.command({u"reload"_s, u"--dry-run"_s}).standardOutput, output.standardOutput);
}

void TestReload::whatIsFixedIsRefusedAsAWhole()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    server.configure({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}}, {{u"node"_s, u"another"_s}});
    const auto output = server.command({u"reload"_s});
    QCOMPARE(output.exitCode, 1);
    QVERIFY2(output.standardError.contains("$.node: \"another\" takes a restart of the server"),
        output.standardError.constData());
    QVERIFY(server.process(u"b"_s).isEmpty());
}

void TestReload::aStopSurvives()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    QCOMPARE(server.command({u"stop"_s, u"a"_s}).exitCode, 0);
    QJsonObject changed = sleeper(instances(2));
    changed.insert(u"watchdog_ms"_s, 60000);
    server.configure({{u"a"_s, changed}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    const QJsonArray both = server.get(u"/api/v1/processes/a"_s).toArray();
    QCOMPARE(both.size(), 2);
    for (const QJsonValue &one : both)
        QCOMPARE(one[u"state"_s], u"stopped"_s);
}

void TestReload::aScaleSurvivesUnlessInstancesChange()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"scale"_s, u"a"_s, u"3"_s}).exitCode, 0);
    const auto count = [&] { return server.get(u"/api/v1/processes/a"_s).toArray().size(); };
    server.configure({{u"a"_s, sleeper(variable(u"2"_s))}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QCOMPARE(count(), 3);
    server.configure({{u"a"_s, sleeper(instances(2))}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(count(), 2, patience);
}

void TestReload::whatIsEnabledStartsAndWhatIsNotStops()
{
    const QJsonObject off = sleeper({{u"enabled"_s, false}});
    RunningServer server({{u"a"_s, off}, {u"b"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"b"_s), patience);
    QCOMPARE(server.process(u"a"_s)[u"state"_s], u"stopped"_s);
    server.configure({{u"a"_s, sleeper()}, {u"b"_s, off}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"b"_s)[u"state"_s], u"stopped"_s, patience);
}

void TestReload::aScheduleThatComesOrGoesMakesItAnotherKind()
{
    const QJsonObject yearly{{u"schedule"_s, u"@yearly"_s}};
    RunningServer server({{u"it"_s, sleeper()}, {u"other"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"it"_s), patience);
    server.configure({{u"it"_s, sleeper(yearly)}, {u"other"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"waiting"_s, patience);
    QVERIFY(!server.process(u"it"_s)[u"next_start_at"_s].isNull());
    server.configure({{u"it"_s, sleeper()}, {u"other"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"it"_s), patience);
    QVERIFY(server.process(u"it"_s)[u"next_start_at"_s].isNull());
}

void TestReload::whoIsWaitedForMayComeAndGo()
{
    // One of two instances never becomes ready.
    QJsonObject worker{{u"command"_s,
                           QJsonArray{u"sh"_s, u"-c"_s,
                               u"[ $SEMPER_INSTANCE = 1 ] || echo here; exec sleep 600"_s}},
        {u"instances"_s, 2},
        {u"ready"_s, QJsonObject{{u"mode"_s, u"log"_s}, {u"pattern"_s, u"here"_s}}}};
    const QJsonObject app = sleeper({{u"depends_on"_s, QJsonArray{u"worker"_s}}});
    RunningServer server({{u"worker"_s, worker}, {u"app"_s, app}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(
        server.get(u"/api/v1/processes/worker"_s)[0][u"state"_s] == u"running"_s, patience);
    QCOMPARE(server.process(u"app"_s)[u"state"_s], u"waiting"_s);
    worker.insert(u"instances"_s, 1);
    server.configure({{u"worker"_s, worker}, {u"app"_s, app}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"app"_s), patience);
}

void TestReload::whatWasStoppedWhileOthersWereReplacedStaysStopped()
{
    // Each takes its time to be ready, so that there is a while in which to stop the last.
    const auto slow = [](const QString &value) {
        QJsonObject worker = variable(value);
        worker.insert(
            u"command"_s, QJsonArray{u"sh"_s, u"-c"_s, u"sleep 1; echo here; exec sleep 600"_s});
        worker.insert(u"instances"_s, 3);
        worker.insert(u"ready"_s, QJsonObject{{u"mode"_s, u"log"_s}, {u"pattern"_s, u"here"_s}});
        return worker;
    };
    RunningServer server({{u"worker"_s, slow(u"1"_s)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto worker = [&server](int instance) {
        return server.get(u"/api/v1/processes/worker"_s)[instance].toObject();
    };
    for (int instance = 0; instance < 3; ++instance)
        QTRY_COMPARE_WITH_TIMEOUT(worker(instance)[u"state"_s], u"running"_s, patience);
    const QJsonValue second = worker(1)[u"pid"_s];
    server.configure({{u"worker"_s, slow(u"2"_s)}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QCOMPARE(server.command({u"stop"_s, u"worker:2"_s}).exitCode, 0);
    const auto isReplaced = [&worker, &second] {
        const QJsonObject it = worker(1); // once: between two looks it may stop
        return it[u"state"_s] == u"running"_s && it[u"pid"_s] != second;
    };
    // The next one has its turn in the step that makes this one ready.
    QTRY_VERIFY_WITH_TIMEOUT(isReplaced(), patience);
    QCOMPARE(worker(2)[u"state"_s], u"stopped"_s);
}

void TestReload::sighupReloadsThroughTheGuardian()
{
    RunningServer server({{u"a"_s, sleeper()}});
    server.leaveTerminal();
    QVERIFY2(server.start(), qPrintable(server.log()));
    server.configure({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}});
    QCOMPARE(::kill(pid_t(server.guardianPid()), SIGHUP), 0);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"b"_s), patience);
    server.configure(QByteArray("{"));
    QCOMPARE(::kill(pid_t(server.guardianPid()), SIGHUP), 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"reload (SIGHUP) changed nothing"_s), patience);
    QVERIFY(isRunning(server, u"b"_s));
}

void TestReload::theFirstOfTheModeNotifyFindsItsSocket()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    server.configure({{u"b"_s,
        QJsonObject{{u"command"_s, QJsonArray{helperProgram(u"notify"_s), u"READY=1"_s}},
            {u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}}}}}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"b"_s)[u"ready"_s].toBool(), patience);
}

void TestReload::whatARestartThatWasGivenUpLeftIsSeenAndTakenUpAgain()
{
    RunningServer server({});
    const auto configure = [&server](const QString &value, bool fails) {
        server.configure({{u"worker"_s, workers(value, fails, server.folder())}});
    };
    configure(u"1"_s, false);
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"wait"_s, u"worker"_s}).exitCode, 0);
    HubPeer watcher(server.socketPath());
    watcher.watch({u"events"_s});
    QTRY_VERIFY_WITH_TIMEOUT(!watcher.framesOf(u"snapshot").isEmpty(), patience);
    configure(u"2"_s, true);
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);

    QJsonObject event;
    const auto isGivenUp = [&] {
        for (const QJsonObject &frame : watcher.framesOf(u"event"))
            if (frame[u"event"_s][u"type"_s] == u"restart_given_up"_s)
                event = frame[u"event"_s].toObject();
        return !event.isEmpty();
    };
    QTRY_VERIFY2_WITH_TIMEOUT(isGivenUp(), qPrintable(server.log()), patience);
    QCOMPARE(event[u"process"_s], u"worker"_s);
    QCOMPARE(event[u"instance"_s], 0);
    QCOMPARE(event[u"not_restarted"_s].toArray(), (QJsonArray{1, 2}));
    QCOMPARE(event[u"reason"_s], u"worker has failed: exited with code 3"_s);
    QCOMPARE(outdated(server), (QList<bool>{false, true, true}));
    const auto status = server.command({u"status"_s});
    QCOMPARE(status.standardOutput.count("outdated: runs as before a reload"), 2);
    const auto waited = server.command({u"wait"_s, u"worker"_s});
    QCOMPARE(waited.exitCode, 1);
    QCOMPARE(waited.standardError.count("as before a reload: another instance has failed"), 2);

    // The same file again: the first is tried first, so that it does not get worse.
    const QByteArray told = "~ worker: instances that still run as before: 1, 2 (restart)\n"
                            "= 0 processes unchanged\n";
    QCOMPARE(server.command({u"reload"_s, u"--dry-run"_s}).standardOutput, told);
    QCOMPARE(server.command({u"reload"_s}).standardOutput, told);
    QTRY_VERIFY2_WITH_TIMEOUT(server.log().count(u"the restart of worker is given up"_s) == 2,
        qPrintable(server.log()), patience);
    QCOMPARE(outdated(server), (QList<bool>{false, true, true}));

    QFile mended(server.folder() + u"/mended"_s);
    QVERIFY(mended.open(QIODevice::WriteOnly));
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QCOMPARE(server.command({u"wait"_s, u"worker"_s}).exitCode, 0);
    QCOMPARE(outdated(server), (QList<bool>{false, false, false}));
    QCOMPARE(server.command({u"reload"_s}).standardOutput, "= 1 process unchanged\n");
}

void TestReload::whatStillRunsAsAskedForIsLeftAloneByAWayBack()
{
    RunningServer server({});
    const auto configure = [&server](const QString &value, bool fails) {
        server.configure({{u"worker"_s, workers(value, fails, server.folder())}});
    };
    configure(u"1"_s, false);
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"wait"_s, u"worker"_s}).exitCode, 0);
    const auto pid = [&server](int instance) {
        return server.get(u"/api/v1/processes/worker"_s)[instance][u"pid"_s].toInteger();
    };
    const qint64 second = pid(1);
    const qint64 third = pid(2);
    configure(u"2"_s, true);
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"is given up"_s), patience);
    configure(u"1"_s, false);
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QCOMPARE(server.command({u"wait"_s, u"worker"_s}).exitCode, 0);
    QCOMPARE(outdated(server), (QList<bool>{false, false, false}));
    QCOMPARE(pid(1), second);
    QCOMPARE(pid(2), third);
}

QTEST_GUILESS_MAIN(TestReload)
#include "tst_reload.moc"
