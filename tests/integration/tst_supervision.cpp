// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/descriptors.h"
#include "support/hubpeer.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QFile>
#include <QJsonArray>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

QJsonObject command(const QStringList &words, const QJsonObject &more = {})
{
    QJsonObject process = more;
    process.insert(u"command"_s, QJsonArray::fromStringList(words));
    return process;
}

QJsonObject helper(const QStringList &words, const QJsonObject &more = {})
{
    return command(QStringList(helperProgram(words.first())) + words.sliced(1), more);
}

QJsonObject restart(const QJsonObject &fields)
{
    return {{u"restart"_s, fields}};
}

QString nameOf(qint64 pid)
{
    QFile file(u"/proc/%1/comm"_s.arg(pid));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).trimmed() : QString();
}

} // namespace

/// A real server with a real child for each way to misbehave.
class TestSupervision : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aDeathIsToldAndFollowedAsThePolicySays_data();
    void aDeathIsToldAndFollowedAsThePolicySays();
    void aFailedStartIsToldAndTriedAgain_data();
    void aFailedStartIsToldAndTriedAgain();
    void failedStartsLeaveNoDescriptorBehind();
    void tooManyRestartsAreAFailureUntilSomebodyStartsIt();
    void aDeathIsRememberedWithItsLastLines();
    void whatIsRememberedOfDeathsFitsAFrame();
    void whoIgnoresTheStopIsKilled();
    void aHungProcessCanBeStopped();
    void aHungEventLoopIsFoundKilledAndReplaced();
    void aStopReachesTheWholeGroupOfACommand();
    void aRelaunchFindsNothingOfTheDeadLaunch_data();
    void aRelaunchFindsNothingOfTheDeadLaunch();
    void aFloodDropsLinesAndDisturbsNobody();
    void whatARunThrewIsTheReason();
    void aClassIsAliveAndKnowsTheConnectionsOfItsService();
    void disabledProcessesAreNotStarted();
    void aSecondSignalKillsAtOnce();
    void aSignalToServerAndGuardianAtOnceIsOneSignal();
    void launchesThatWaitForTheirTurnCanBeStopped();
    void nothingIsLaunchedWhereAnAddressIsTaken();
    void theGuardianHasItsNameAndRelaysTheStatus();
    void eventIdsGoOnAcrossServers();
};

void TestSupervision::aDeathIsToldAndFollowedAsThePolicySays_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("state");
    QTest::addColumn<QJsonValue>("code");
    QTest::addColumn<QJsonValue>("signal");
    const QJsonValue null(QJsonValue::Null);
    QTest::newRow("crash, always") << QStringList{u"crash"_s} << u"always"_s << u"restarts"_s
                                   << null << QJsonValue(u"SIGSEGV"_s);
    QTest::newRow("crash, on-failure") << QStringList{u"crash"_s} << u"on-failure"_s
                                       << u"restarts"_s << null << QJsonValue(u"SIGSEGV"_s);
    QTest::newRow("crash, never") << QStringList{u"crash"_s} << u"never"_s << u"failed"_s << null
                                  << QJsonValue(u"SIGSEGV"_s);
    for (const auto &[code, policy, state] :
        std::initializer_list<std::tuple<const char *, const char *, const char *>>{
            {"0", "always", "restarts"}, {"0", "on-failure", "done"}, {"0", "never", "done"},
            {"3", "always", "restarts"}, {"3", "on-failure", "restarts"}, {"3", "never", "failed"}})
        QTest::addRow("exit %s, %s", code, policy)
            << QStringList{u"exit-with"_s, QString::fromLatin1(code)} << QString::fromLatin1(policy)
            << QString::fromLatin1(state) << QJsonValue(QByteArray(code).toInt()) << null;
}

void TestSupervision::aDeathIsToldAndFollowedAsThePolicySays()
{
    QFETCH(const QStringList, words);
    QFETCH(const QString, policy);
    QFETCH(const QString, state);
    RunningServer server(
        {{u"it"_s, helper(words, restart({{u"policy"_s, policy}, {u"backoff_max_ms"_s, 200}}))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    if (state == u"restarts")
        QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInt() >= 3, patience);
    else
        QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], state, patience);

    const QJsonObject it = server.process(u"it"_s);
    QTEST(it[u"last_exit"_s][u"code"_s], "code");
    QTEST(it[u"last_exit"_s][u"signal"_s], "signal");
    if (state != u"restarts") {
        QCOMPARE(it[u"restarts"_s].toInt(), 0);
        QVERIFY(!it[u"reason"_s].toString().isEmpty());
    }
}

void TestSupervision::aFailedStartIsToldAndTriedAgain_data()
{
    QTest::addColumn<QJsonObject>("process");
    QTest::addColumn<QString>("reason");
    QTest::newRow("no such file") << command({u"/no/such/program"_s}) << u"/no/such/program"_s;
    QTest::newRow("not in the path")
        << command({u"no-such-program-anywhere"_s}) << u"no-such-program-anywhere"_s;
    QTest::newRow("not executable") << command({u"/etc/passwd"_s}) << u"Permission denied"_s;
    QTest::newRow("a folder") << command({u"/tmp"_s}) << u"/tmp"_s;
    QTest::newRow("no such folder")
        << helper({u"sleeper"_s}, {{u"directory"_s, u"/no/such/folder"_s}}) << u"/no/such/folder"_s;
}

void TestSupervision::aFailedStartIsToldAndTriedAgain()
{
    QFETCH(QJsonObject, process);
    QFETCH(const QString, reason);
    process.insert(u"restart"_s, QJsonObject{{u"backoff_ms"_s, 50}, {u"backoff_max_ms"_s, 400}});
    RunningServer server({{u"it"_s, process}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInt() >= 3, patience);
    QJsonObject it; // one look each time: it is tried again meanwhile
    const auto isPausing
        = [&] { return (it = server.process(u"it"_s))[u"state"_s] == u"backoff"_s; };
    QVERIFY(QTest::qWaitFor(isPausing, patience));
    QVERIFY2(it[u"reason"_s].toString().contains(reason), qPrintable(it[u"reason"_s].toString()));
    QVERIFY(it[u"last_exit"_s][u"code"_s].isNull());
    QVERIFY(it[u"last_exit"_s][u"signal"_s].isNull());
    QVERIFY(it[u"pid"_s].isNull());
    QVERIFY(!it[u"next_start_at"_s].isNull());
    QCOMPARE(server.stop(), 0);
}

void TestSupervision::failedStartsLeaveNoDescriptorBehind()
{
    const QJsonObject quick = restart({{u"backoff_ms"_s, 1}, {u"backoff_max_ms"_s, 20}});
    RunningServer server(
        {{u"it"_s, command({u"./not-there"_s}, quick)}, {u"other"_s, helper({u"sleeper"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto failures = [&server] { return server.process(u"it"_s)[u"restarts"_s].toInt(); };
    const auto count = [pid = server.serverPid()] { return openDescriptors(pid).size(); };
    QTRY_VERIFY_WITH_TIMEOUT(failures() >= 5, patience);
    const qsizetype before = count();
    const int soFar = failures();
    QTRY_VERIFY_WITH_TIMEOUT(failures() >= soFar + 50, 3 * patience);
    QVERIFY2(count() < before + 25, qPrintable(u"%1, then %2"_s.arg(before).arg(count())));
}

void TestSupervision::tooManyRestartsAreAFailureUntilSomebodyStartsIt()
{
    RunningServer server({{u"it"_s,
        helper(
            {u"exit-with"_s, u"3"_s}, restart({{u"max_restarts"_s, 2}, {u"backoff_ms"_s, 1}}))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"failed"_s, patience);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 2);
    QCOMPARE(server.process(u"it"_s)[u"restarts_10m"_s], 2);
    QCOMPARE(server.process(u"it"_s)[u"restarts_1h"_s], 2);
    QCOMPARE(server.process(u"it"_s)[u"condition"_s], u"failed"_s);
    QVERIFY(server.process(u"it"_s)[u"reason"_s].toString().contains(u"more than 2 restarts"));
    const QJsonObject exited{{u"code"_s, u"exited"_s}, {u"exit_code"_s, 3}};
    QCOMPARE(server.process(u"it"_s)[u"cause"_s],
        (QJsonObject{{u"code"_s, u"gave_up"_s}, {u"restarts"_s, 2}, {u"window_ms"_s, 60000},
            {u"because"_s, exited}}));
    QCOMPARE(server.process(u"it"_s)[u"last_exit"_s][u"cause"_s], exited);
    static_cast<void>(server.command({u"start"_s, u"it"_s}));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], 4, patience);
}

void TestSupervision::aDeathIsRememberedWithItsLastLines()
{
    // It dies twice, and then stays.
    const QString script = u"echo said; echo and wept >&2; echo >> lives;"
                           "test $(wc -l < lives) -gt 2 && exec sleep 600; exit 3"_s;
    RunningServer server({{u"it"_s, command({u"/bin/sh"_s, u"-c"_s, script})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto stays = [&server] {
        const QJsonObject it = server.process(u"it"_s);
        return it[u"restarts"_s] == 2 && it[u"state"_s] == u"running"_s;
    };
    QTRY_VERIFY_WITH_TIMEOUT(stays(), patience);
    const QJsonObject it = server.process(u"it"_s);
    const QJsonArray deaths = it[u"deaths"_s].toArray();
    QCOMPARE(deaths.size(), 2);
    QCOMPARE(deaths.first(), it[u"last_exit"_s]);
    for (const QJsonValue &death : deaths) {
        QCOMPARE(death[u"last_lines"_s], (QJsonArray{u"said"_s, u"and wept"_s}));
        QCOMPARE(death[u"cause"_s][u"code"_s], u"exited"_s);
    }
    QCOMPARE(it[u"cause"_s], it[u"last_exit"_s][u"cause"_s]);
}

// Each of these characters takes six in JSON: the object of one process had 116 KiB.
void TestSupervision::whatIsRememberedOfDeathsFitsAFrame()
{
    const QString script = u"for i in 1 2 3 4 5 6 7 8 9 10; do "
                           "head -c 390 /dev/zero | tr '\\000' '\\001'; echo; done; exit 3"_s;
    const QJsonObject soon = restart({{u"backoff_ms"_s, 1}, {u"backoff_max_ms"_s, 50}});
    RunningServer server({{u"it"_s, command({u"/bin/sh"_s, u"-c"_s, script}, soon)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"state"_s});
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"deaths"_s].toArray().size() == 10, patience);
    HubPeer late(server.socketPath());
    late.watch({u"state"_s});
    QTRY_VERIFY_WITH_TIMEOUT(late.framesOf(u"state").size() >= 2, patience);
    for (const QJsonObject &frame : watcher.frames() + late.frames())
        QVERIFY(encodeFrame(frame).size() <= maximumFrameBytes);
    const QJsonObject it = late.framesOf(u"state").last()[u"process"_s].toObject();
    QCOMPARE(it[u"last_exit"_s][u"last_lines"_s].toArray().size(), 10);
    QVERIFY(!it[u"deaths"_s].toArray().isEmpty());
}

void TestSupervision::whoIgnoresTheStopIsKilled()
{
    RunningServer server({{u"it"_s,
        helper({u"ignore-term"_s}, {{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 300}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | ready"), patience);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QCOMPARE(server.process(u"it"_s)[u"last_exit"_s][u"signal"_s], u"SIGKILL"_s);
    QCOMPARE(server.process(u"it"_s)[u"reason"_s], u"killed: did not stop within 300 ms"_s);
    QVERIFY(server.log().contains(u"it | ignored")); // it was asked first
}

void TestSupervision::aHungProcessCanBeStopped()
{
    RunningServer server(
        {{u"it"_s, helper({u"hang"_s}, {{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 300}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | ready"), patience);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"stopped"_s);
}

void TestSupervision::aHungEventLoopIsFoundKilledAndReplaced()
{
    RunningServer server(
        {{u"it"_s, QJsonObject{{u"class"_s, u"test::Hang"_s}, {u"watchdog_ms"_s, 600}}}},
        {{u"plugin_directories"_s,
            QJsonArray{qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInt() >= 1, 3 * patience);
    QVERIFY2(server.log().contains(u"hung: no heartbeat for 600 ms; restart"_s),
        qPrintable(server.log()));
    QCOMPARE(server.process(u"it"_s)[u"last_exit"_s][u"signal"_s], u"SIGKILL"_s);
    // Where a debugger is installed, it says in what the loop hangs.
    if (!QStandardPaths::findExecutable(u"gdb"_s).isEmpty())
        QVERIFY2(server.log().contains(u"pause"_s), qPrintable(server.log()));
}

void TestSupervision::aStopReachesTheWholeGroupOfACommand()
{
    // The shell does not pass TERM on; the group's signal reaches the one that matters.
    RunningServer server({{u"it"_s,
        command({u"sh"_s, u"-c"_s, u"trap : TERM; %1; true"_s.arg(helperProgram(u"ignore-term"_s))},
            {{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 500}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | ready"), patience);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QVERIFY(server.log().contains(u"it | ignored"));
    QTRY_COMPARE_WITH_TIMEOUT(survivors(server.mark()).size(), 2, patience); // server, guardian
}

void TestSupervision::aRelaunchFindsNothingOfTheDeadLaunch_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("family");
    QTest::newRow("grandchild in the session") << QStringList{u"grandchild"_s} << 2;
    QTest::newRow("escaped by double fork and setsid") << QStringList{u"escape"_s} << 2;
    QTest::newRow("holds the output open") << QStringList{u"write-late"_s, u"0"_s} << 2;
}

void TestSupervision::aRelaunchFindsNothingOfTheDeadLaunch()
{
    QFETCH(const QStringList, words);
    QFETCH(const int, family);
    RunningServer server(
        {{u"it"_s, helper(words, restart({{u"first_delay_ms"_s, 400}, {u"backoff_ms"_s, 400}}))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (int round = 1; round <= 3; ++round) {
        QTRY_VERIFY_WITH_TIMEOUT(server.log().count(u"it | ready") >= round, patience);
        const qint64 pid = server.process(u"it"_s)[u"pid"_s].toInteger();
        if (pid > 0) {
            QTRY_VERIFY_WITH_TIMEOUT(survivors(server.mark()).size() <= 2 + family, patience);
            ::kill(pid_t(pid), SIGKILL);
        }
        QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInt() >= round, patience);
    }
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QCOMPARE(survivors(server.mark()).size(), 2);
}

void TestSupervision::aFloodDropsLinesAndDisturbsNobody()
{
    RunningServer server({{u"flood"_s, helper({u"flood"_s})}, {u"calm"_s, helper({u"sleeper"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"events"_s}, {{keys::processes, QJsonArray{u"flood"_s}}});
    const auto told = [&] {
        for (const QJsonObject &frame : watcher.framesOf(u"event"))
            if (frame.value(keys::event)[keys::type] == u"output_dropped"_s)
                return frame.value(keys::event)[keys::dropped].toInteger() > 0;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(told(), 3 * patience); // every 10 s
    const qint64 pid = server.process(u"calm"_s)[u"pid"_s].toInteger();
    QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"calm"_s)[u"restarts"_s], 1, patience);
    QCOMPARE(server.stop(), 0);
}

void TestSupervision::whatARunThrewIsTheReason()
{
    const QString plugins = qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s;
    const QJsonObject policy = restart({{u"policy"_s, u"never"_s}});
    QJsonObject thrower = policy;
    thrower.insert(u"class"_s, u"test::Throw"_s);
    QJsonObject misspelt = policy;
    misspelt.insert(u"class"_s, u"test::Thro"_s);
    RunningServer server({{u"thrower"_s, thrower}, {u"misspelt"_s, misspelt}},
        {{u"plugin_directories"_s, QJsonArray{plugins}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"thrower"_s)[u"state"_s], u"failed"_s, patience);
    QCOMPARE(server.process(u"thrower"_s)[u"reason"_s], u"std::out_of_range: no such row"_s);
    QCOMPARE(server.process(u"thrower"_s)[u"last_exit"_s][u"code"_s], 70);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"misspelt"_s)[u"state"_s], u"failed"_s, patience);
    const QString reason = server.process(u"misspelt"_s)[u"reason"_s].toString();
    QVERIFY2(reason.startsWith(u"no class test::Thro; found: "), qPrintable(reason));
    QVERIFY(reason.contains(u"test::Throw (testprocesses.so)"));
    QCOMPARE(server.process(u"misspelt"_s)[u"last_exit"_s][u"code"_s], 78);
}

void TestSupervision::aClassIsAliveAndKnowsTheConnectionsOfItsService()
{
    const QString plugins = qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s;
    RunningServer server({{u"echo"_s, QJsonObject{{u"class"_s, u"test::Echo"_s}}}},
        {{u"plugin_directories"_s, QJsonArray{plugins}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"echo"_s)[u"alive"_s], true, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"echo"_s)[u"status"_s], u"listening"_s, patience);
    QCOMPARE(server.process(u"echo"_s)[u"title"_s], u"echo-of-echo"_s);
    QVERIFY(nameOf(server.process(u"echo"_s)[u"pid"_s].toInteger()).startsWith(u"echo-of-echo"));

    HubPeer watcher(server.socketPath());
    watcher.watch({u"metrics"_s});
    const auto connections = [&] {
        const auto metrics = watcher.framesOf(u"metrics");
        return metrics.isEmpty() ? -1
                                 : metrics.last().value(keys::gauges)[u"connections"_s].toInt(-1);
    };
    QTRY_COMPARE_WITH_TIMEOUT(connections(), 0, patience);
    const QUrl service(
        server.get(u"/api/v1/server"_s)[u"services"_s][0][u"addresses"_s][0].toString());
    QTcpSocket visitor;
    visitor.connectToHost(service.host(), quint16(service.port()));
    QTRY_COMPARE_WITH_TIMEOUT(connections(), 1, patience);
    visitor.disconnectFromHost();
    QTRY_COMPARE_WITH_TIMEOUT(connections(), 0, patience);

    QCOMPARE(server.command({u"stop"_s, u"echo"_s}).exitCode, 0);
    QCOMPARE(server.process(u"echo"_s)[u"last_exit"_s][u"code"_s], 0); // a stop is a clean end
}

void TestSupervision::disabledProcessesAreNotStarted()
{
    RunningServer server({{u"off"_s, helper({u"sleeper"_s}, {{u"enabled"_s, false}})},
        {u"unset"_s,
            helper(
                {u"sleeper"_s}, {{u"enabled"_s, QJsonObject{{u"env"_s, u"SEMPER_TEST_UNSET"_s}}}})},
        {u"on"_s, helper({u"sleeper"_s})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"on"_s)[u"state"_s], u"running"_s, patience);
    for (const QString &name : {u"off"_s, u"unset"_s}) {
        QCOMPARE(server.process(name)[u"state"_s], u"stopped"_s);
        QCOMPARE(server.process(name)[u"wanted"_s], u"down"_s);
    }
    QCOMPARE(server.get(u"/readyz"_s)[u"ready"_s], true); // every enabled one is
    QCOMPARE(server.command({u"start"_s, u"off"_s}).exitCode, 0);
    QCOMPARE(server.process(u"off"_s)[u"state"_s], u"running"_s);
}

void TestSupervision::aSecondSignalKillsAtOnce()
{
    RunningServer server(
        {{u"it"_s,
            helper({u"ignore-term"_s}, {{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 600000}}}})}},
        {{u"shutdown_timeout_ms"_s, 600000}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | ready"), patience);
    QCOMPARE(::kill(pid_t(server.guardianPid()), SIGTERM), 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | ignored"), patience);
    QVERIFY(server.isRunning());
    QTest::qWait(500); // one that comes within 50 ms is taken for the first
    QCOMPARE(server.stop(), 0); // the second
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

// systemd and pkill signal both; the server hears of it twice.
void TestSupervision::aSignalToServerAndGuardianAtOnceIsOneSignal()
{
    RunningServer server({{u"it"_s,
        helper({u"ignore-term"_s}, {{u"stop"_s, QJsonObject{{u"timeout_ms"_s, 500}}}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | ready"), patience);
    const qint64 serverPid = server.serverPid();
    QCOMPARE(::kill(pid_t(server.guardianPid()), SIGTERM), 0);
    QCOMPARE(::kill(pid_t(serverPid), SIGTERM), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QVERIFY2(
        server.log().contains(u"it: killed: did not stop within 500 ms"), qPrintable(server.log()));
    QCOMPARE(server.stop(), 0);
}

void TestSupervision::launchesThatWaitForTheirTurnCanBeStopped()
{
    QJsonObject processes;
    for (int i = 0; i < 200; ++i)
        processes.insert(u"p%1"_s.arg(i), helper({u"sleeper"_s}));
    RunningServer server(processes);
    QVERIFY2(server.start(), qPrintable(server.log())); // "ready" comes before all are up
    QCOMPARE(server.stop(), 0);
    QVERIFY2(!server.log().contains(u"did not stop within"), qPrintable(server.log()));
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestSupervision::nothingIsLaunchedWhereAnAddressIsTaken()
{
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress::LocalHost));
    RunningServer server({{u"it"_s, command({u"touch"_s, u"launched"_s})}},
        {{u"control"_s, QJsonObject{{u"listen"_s, u"127.0.0.1:%1"_s.arg(taken.serverPort())}}}});
    QVERIFY(!server.start());
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QCOMPARE(server.stop(), 1);
    QVERIFY2(server.log().contains(QString::number(taken.serverPort())), qPrintable(server.log()));
    QVERIFY(!QFile::exists(server.folder() + u"/launched"_s));
}

void TestSupervision::theGuardianHasItsNameAndRelaysTheStatus()
{
    RunningServer server({});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(nameOf(server.guardianPid()), u"semper-guard"_s);
    QFile line(u"/proc/%1/cmdline"_s.arg(server.guardianPid()));
    QVERIFY(line.open(QIODevice::ReadOnly));
    QVERIFY(line.readAll().startsWith("semper-guard"));
    QCOMPARE(server.get(u"/api/v1/server"_s)[u"guardian_pid"_s].toInteger(), server.guardianPid());
    QCOMPARE(::kill(pid_t(server.serverPid()), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QCOMPARE(server.stop(), 128 + SIGKILL);
}

void TestSupervision::eventIdsGoOnAcrossServers()
{
    RunningServer server({});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto startedId = [&server] {
        HubPeer watcher(server.socketPath());
        watcher.watch(
            {u"events"_s}, {{keys::limit, 1}, {keys::types, QJsonArray{u"server_started"_s}}});
        if (!QTest::qWaitFor([&] { return !watcher.framesOf(u"event").isEmpty(); }, patience))
            return qint64(-1);
        const auto events = watcher.framesOf(u"event");
        return events.first().value(keys::event)[keys::id].toInteger();
    };
    QCOMPARE(startedId(), 1);
    ::kill(pid_t(server.serverPid()), SIGKILL); // no chance to write anything down
    QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(startedId(), 3); // 2 is that the server was lost
}

QTEST_GUILESS_MAIN(TestSupervision)
#include "tst_supervision.moc"
