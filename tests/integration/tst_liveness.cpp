// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/freeport.h"
#include "support/listener.h"
#include "support/processstate.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include <QFile>
#include <QJsonArray>
#include <QPointer>
#include <QTest>

#include <algorithm>
#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 60'000; // a debugger alone may take 10 s

QJsonObject command(const QStringList &words, const QJsonObject &liveness)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)}, {u"liveness"_s, liveness}};
}

QJsonObject sleeper(const QJsonObject &liveness)
{
    return command({helperProgram(u"sleeper"_s)}, liveness);
}

/// A server that answers, ready once it does.
QJsonObject web(quint16 port, QJsonObject liveness)
{
    const QString address = u"127.0.0.1:%1"_s.arg(port);
    if (liveness[u"mode"_s] == u"tcp"_s)
        liveness.insert(u"address"_s, address);
    else
        liveness.insert(u"url"_s, u"http://%1/"_s.arg(address));
    QJsonObject process = command({helperProgram(u"web"_s), QString::number(port)}, liveness);
    process.insert(u"ready"_s,
        QJsonObject{{u"mode"_s, u"tcp"_s}, {u"address"_s, address}, {u"interval_ms"_s, 50}});
    return process;
}

QJsonObject quick(const QString &mode, int failures = 3)
{
    return {{u"mode"_s, mode}, {u"interval_ms"_s, 50}, {u"timeout_ms"_s, 5000},
        {u"failures"_s, failures}};
}

/// As a hang is found soon.
QJsonObject impatient(QJsonObject liveness)
{
    liveness.insert(u"timeout_ms"_s, 500);
    return liveness;
}

QJsonObject shell(const QString &script, int failures = 3)
{
    QJsonObject liveness = quick(u"exec"_s, failures);
    liveness.insert(u"command"_s, QJsonArray{u"sh"_s, u"-c"_s, script});
    return liveness;
}

QJsonObject ofClass(const QString &name, const QJsonObject &liveness)
{
    return {{u"class"_s, name}, {u"liveness"_s, liveness}};
}

const QJsonObject &plugins()
{
    static const QJsonObject top{{u"plugin_directories"_s,
        QJsonArray{qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s}}};
    return top;
}

bool touch(const RunningServer &server, const QString &name)
{
    return QFile(server.folder() + u'/' + name).open(QIODevice::WriteOnly);
}

QByteArray contentOf(const RunningServer &server, const QString &name)
{
    QFile file(server.folder() + u'/' + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// It runs, and the last try found it alive.
bool isAlive(RunningServer &server, int restarts = 0)
{
    const QJsonObject it = server.process(u"it"_s);
    return it[u"state"_s] == u"running"_s && it[u"alive"_s] == true
        && it[u"restarts"_s] == restarts;
}

bool hasRestarted(RunningServer &server)
{
    return server.process(u"it"_s)[u"restarts"_s].toInt() > 0;
}

qint64 pidOf(RunningServer &server)
{
    return server.process(u"it"_s)[u"pid"_s].toInteger();
}

} // namespace

/// A real server that looks again and again whether its children are alive.
class TestLiveness : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoAnswersIsAlive_data();
    void whoAnswersIsAlive();
    void withoutAProbeNothingIsExpected();
    void whoAnswersNoMoreIsKilledAndStartedAgain_data();
    void whoAnswersNoMoreIsKilledAndStartedAgain();
    void whatHangsIsFoundByItsAnswer();
    void aSuccessForgetsWhatFailedBefore();
    void nothingIsTriedBeforeItIsReady();
    void aProbeThatHangsIsKilledAndCountsAsAFailure();
    void aStopEndsTheProbing();
    void eachInstanceIsProbedForItself();
    void heartbeatsDoNotMakeUpForAProbe();
    void aHostThatTookOverIsProbed();
    void timeInWhichTheServerWasStoppedDoesNotCount();
    void aReloadChangesTheProbeOfALaunchThatRuns();
};

void TestLiveness::whoAnswersIsAlive_data()
{
    QTest::addColumn<QJsonObject>("process");
    QTest::newRow("tcp") << web(freePort(), quick(u"tcp"_s));
    QTest::newRow("http") << web(freePort(), quick(u"http"_s));
    QTest::newRow("exec") << sleeper(shell(u"true"_s));
    QTest::newRow("a class") << ofClass(u"test::SleepForever"_s, shell(u"true"_s));
}

void TestLiveness::whoAnswersIsAlive()
{
    QFETCH(QJsonObject, process);
    process.insert(u"critical"_s, true);
    RunningServer server({{u"it"_s, process}}, plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server), patience);
    QCOMPARE(server.process(u"it"_s)[u"critical"_s], true);
    QVERIFY2(!server.log().contains(u"not alive"_s), qPrintable(server.log()));
}

void TestLiveness::withoutAProbeNothingIsExpected()
{
    RunningServer server({{u"it"_s, command({helperProgram(u"sleeper"_s)}, shell(u"true"_s))},
        {u"other"_s, QJsonObject{{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server), patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"other"_s)[u"state"_s], u"running"_s, patience);
    const QJsonObject other = server.process(u"other"_s);
    QVERIFY(other[u"alive"_s].isNull());
    QCOMPARE(other[u"critical"_s], false);
}

void TestLiveness::whoAnswersNoMoreIsKilledAndStartedAgain_data()
{
    QTest::addColumn<QJsonObject>("process");
    QTest::addColumn<QString>("signal");
    QTest::addColumn<QString>("why");
    const quint16 port = freePort();
    const QString url = u"http://127.0.0.1:%1/: "_s.arg(port);
    QTest::newRow("tcp, no listener")
        << web(port, quick(u"tcp"_s)) << u"USR1"_s
        << u"no connection to 127.0.0.1:%1: Connection refused (3 times)"_s.arg(port);
    QTest::newRow("http, no listener")
        << web(port, quick(u"http"_s)) << u"USR1"_s << url + u"Connection refused (3 times)"_s;
    QTest::newRow("http, an error")
        << web(port, quick(u"http"_s)) << u"USR2"_s << url + u"answered 503 (3 times)"_s;
    QTest::newRow("once is enough")
        << web(port, quick(u"http"_s, 1)) << u"USR2"_s << url + u"answered 503"_s;
    // Three tries fail once the file is gone.
    const QString script = u"test -e there || { echo >> failed; test $(wc -l < failed) -gt 3; }"_s;
    QTest::newRow("exec") << sleeper(shell(script)) << QString()
                          << u"probe sh: exited with code 1 (3 times)"_s;
    QTest::newRow("exec, a class") << ofClass(u"test::SleepForever"_s, shell(script)) << QString()
                                   << u"probe sh: exited with code 1 (3 times)"_s;
}

void TestLiveness::whoAnswersNoMoreIsKilledAndStartedAgain()
{
    QFETCH(const QJsonObject, process);
    QFETCH(const QString, signal);
    QFETCH(const QString, why);
    RunningServer server({{u"it"_s, process}}, plugins());
    QVERIFY(touch(server, u"there"_s));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server), patience);
    const qint64 pid = pidOf(server);
    if (signal.isEmpty())
        QVERIFY(QFile::remove(server.folder() + u"/there"_s));
    else
        QCOMPARE(server.command({u"signal"_s, signal, u"it"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server, 1), patience);
    const QJsonObject it = server.process(u"it"_s);
    QVERIFY(it[u"pid"_s].toInteger() != pid);
    QCOMPARE(it[u"reason"_s].toString(), u"not alive: "_s + why);
    QCOMPARE(it[u"cause"_s][u"code"_s], u"probe_failed"_s);
    QCOMPARE(it[u"last_exit"_s][u"cause"_s], it[u"cause"_s]);
    QCOMPARE(it[u"last_exit"_s][u"signal"_s], u"SIGKILL"_s);
    QCOMPARE(server.log().count(u"not alive: %1; restart"_s.arg(why)), 1);
}

// A connection to a process that is stopped succeeds: the kernel takes it.
void TestLiveness::whatHangsIsFoundByItsAnswer()
{
    const quint16 port = freePort();
    RunningServer server({{u"it"_s, web(port, impatient(quick(u"http"_s, 2)))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server), patience);
    QCOMPARE(::kill(pid_t(pidOf(server)), SIGSTOP), 0);
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server, 1), patience);
    QCOMPARE(server.process(u"it"_s)[u"reason"_s].toString(),
        u"not alive: http://127.0.0.1:%1/: nothing within 500 ms (2 times)"_s.arg(port));
}

void TestLiveness::aSuccessForgetsWhatFailedBefore()
{
    // Every third try succeeds.
    const QString script = u"n=$(cat tries); echo $((n + 1)) > tries; test $((n % 3)) -eq 2"_s;
    RunningServer server({{u"it"_s, sleeper(shell(script))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(contentOf(server, u"tries"_s).trimmed().toInt() >= 12, patience);
    const QJsonObject it = server.process(u"it"_s);
    QCOMPARE(it[u"restarts"_s], 0);
    QCOMPARE(it[u"state"_s], u"running"_s);
    QVERIFY2(server.log().contains(u"(2 of 3)"_s), qPrintable(server.log()));
    QVERIFY2(!server.log().contains(u"(3 of 3)"_s), qPrintable(server.log()));
}

void TestLiveness::nothingIsTriedBeforeItIsReady()
{
    QJsonObject process = sleeper(shell(u"touch tried"_s));
    process.insert(u"ready"_s,
        QJsonObject{{u"mode"_s, u"exec"_s},
            {u"command"_s, QJsonArray{u"sh"_s, u"-c"_s, u"echo >> asked; test -e go"_s}},
            {u"interval_ms"_s, 50}});
    RunningServer server({{u"it"_s, process}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(contentOf(server, u"asked"_s).size() >= 8, patience);
    QVERIFY(!QFile::exists(server.folder() + u"/tried"_s));
    QVERIFY(touch(server, u"go"_s));
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server), patience);
    QVERIFY(QFile::exists(server.folder() + u"/tried"_s));
}

void TestLiveness::aProbeThatHangsIsKilledAndCountsAsAFailure()
{
    const QString script = u"test $(wc -l < tries) -ge 3 || { echo >> tries; exec %1; }"_s.arg(
        helperProgram(u"hang"_s));
    RunningServer server({{u"it"_s, sleeper(impatient(shell(script)))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server, 1), patience);
    QCOMPARE(server.process(u"it"_s)[u"reason"_s].toString(),
        u"not alive: probe sh: nothing within 500 ms (3 times)"_s);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestLiveness::aStopEndsTheProbing()
{
    QJsonObject liveness = shell(u"exec "_s + helperProgram(u"hang"_s));
    liveness.insert(u"timeout_ms"_s, 600'000);
    RunningServer server({{u"it"_s, sleeper(liveness)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    // Once: what is being executed has no environment for a moment, and is none of them.
    const auto areLeft = [&server](int count) {
        return QTest::qWaitFor([&] { return survivors(server.mark()).size() == count; }, patience);
    };
    QVERIFY(areLeft(4)); // guardian, server, process and probe
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QVERIFY(areLeft(2));
    QVERIFY(server.process(u"it"_s)[u"alive"_s].isNull());
    QCOMPARE(server.command({u"start"_s, u"it"_s}).exitCode, 0);
    QVERIFY(areLeft(4));
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);
}

void TestLiveness::eachInstanceIsProbedForItself()
{
    QJsonObject process = sleeper(shell(u"test ! -e sick-$SEMPER_INSTANCE"_s));
    process.insert(u"instances"_s, 2);
    RunningServer server({{u"it"_s, process}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto instances = [&server] { return server.get(u"/api/v1/processes/it"_s).toArray(); };
    const auto areAlive = [&instances] {
        const QJsonArray all = instances();
        return all.size() == 2
            && std::ranges::all_of(all, [](const auto &it) { return it[u"alive"_s] == true; });
    };
    QTRY_VERIFY_WITH_TIMEOUT(areAlive(), patience);
    QVERIFY(touch(server, u"sick-1"_s));
    QTRY_VERIFY_WITH_TIMEOUT(instances().at(1)[u"restarts"_s].toInt() >= 1, patience);
    const QJsonObject first = instances().at(0).toObject();
    QCOMPARE(first[u"restarts"_s], 0);
    QCOMPARE(first[u"alive"_s], true);
}

void TestLiveness::heartbeatsDoNotMakeUpForAProbe()
{
    const QJsonObject process = ofClass(u"test::SleepForever"_s, shell(u"test -e well"_s, 1000));
    RunningServer server({{u"it"_s, process}}, plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"alive"_s], false, patience);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"running"_s);
    QVERIFY(server.command({u"status"_s}).standardOutput.contains("not alive: probe sh"));
    QVERIFY(touch(server, u"well"_s));
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server), patience);
}

void TestLiveness::aHostThatTookOverIsProbed()
{
    QJsonObject process = ofClass(u"test::SleepForever"_s, shell(u"test ! -e sick"_s));
    process.insert(u"standby"_s, 1);
    RunningServer server({{u"it"_s, process}}, plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"standby"_s], 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server), patience);
    QCOMPARE(::kill(pid_t(pidOf(server)), SIGKILL), 0);
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server, 1), patience);
    QVERIFY(touch(server, u"sick"_s));
    QTRY_VERIFY_WITH_TIMEOUT(
        server.process(u"it"_s)[u"reason"_s].toString().startsWith(u"not alive"_s), patience);
}

void TestLiveness::timeInWhichTheServerWasStoppedDoesNotCount()
{
    QPointer<QTcpSocket> waiting;
    Listener http([&waiting](QTcpSocket &peer) { waiting = &peer; });
    QVERIFY(http.listen());
    QJsonObject liveness = quick(u"http"_s, 1);
    liveness.insert(u"url"_s, u"http://%1/"_s.arg(http.address()));
    liveness.insert(u"timeout_ms"_s, 4000);
    RunningServer server({{u"it"_s, sleeper(liveness)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const auto serverPid = pid_t(server.serverPid());
    QTRY_VERIFY_WITH_TIMEOUT(!http.received().isEmpty(), patience);
    QVERIFY(stopProcess(serverPid));
    QTest::qSleep(4500); // longer than the try may take
    QCOMPARE(::kill(serverPid, SIGCONT), 0);
    // It goes on waiting, so an answer still comes in time.
    QVERIFY(server.process(u"it"_s)[u"alive"_s].isNull());
    QVERIFY(waiting);
    waiting->write("HTTP/1.1 200 OK\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server), patience);
    QVERIFY2(!server.log().contains(u"not alive"_s), qPrintable(server.log()));
}

void TestLiveness::aReloadChangesTheProbeOfALaunchThatRuns()
{
    const QJsonObject bare{{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}}};
    RunningServer server({{u"it"_s, bare}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
    const qint64 pid = pidOf(server);
    server.configure({{u"it"_s, sleeper(shell(u"touch tried"_s))}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(isAlive(server), patience);
    QCOMPARE(pidOf(server), pid);

    server.configure({{u"it"_s, bare}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QVERIFY(server.process(u"it"_s)[u"alive"_s].isNull());
    QCOMPARE(pidOf(server), pid);

    server.configure({{u"it"_s, sleeper(shell(u"false"_s))}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(hasRestarted(server), patience);
}

QTEST_GUILESS_MAIN(TestLiveness)
#include "tst_liveness.moc"
