// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/listener.h"
#include "support/runningserver.h"
#include "support/survivors.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QLocalServer>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 30'000;

QJsonObject command(const QStringList &words, const QJsonObject &ready)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)}, {u"ready"_s, ready}};
}

QJsonObject sleeper(const QJsonObject &ready)
{
    return command({helperProgram(u"sleeper"_s)}, ready);
}

QJsonObject shell(const QString &script, const QJsonObject &ready)
{
    return command({u"sh"_s, u"-c"_s, script}, ready);
}

QJsonObject exec(const QStringList &words, const QJsonObject &more = {})
{
    QJsonObject ready = more;
    ready.insert(u"mode"_s, u"exec"_s);
    ready.insert(u"command"_s, QJsonArray::fromStringList(words));
    ready.insert(u"interval_ms"_s, 50);
    return ready;
}

QJsonObject log(const QString &pattern)
{
    return {{u"mode"_s, u"log"_s}, {u"pattern"_s, pattern}};
}

QJsonObject withPolicy(QJsonObject process, const QString &policy)
{
    process.insert(u"restart"_s, QJsonObject{{u"policy"_s, policy}});
    return process;
}

const QJsonObject &plugins()
{
    static const QJsonObject top{{u"plugin_directories"_s,
        QJsonArray{qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s}}};
    return top;
}

/// For a probe that takes its time.
const QJsonObject patiently{{u"attempt_timeout_ms"_s, 60'000}};

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray nameOf(qint64 pid)
{
    return contentOf(u"/proc/%1/comm"_s.arg(pid)).trimmed();
}

} // namespace

/// A real server whose processes become ready in every way that there is.
class TestReadiness : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itIsReadyWhenItsModeSaysSoAndNotBefore_data();
    void itIsReadyWhenItsModeSaysSoAndNotBefore();
    void notReadyInTimeIsAFailedStartThatSaysWhy_data();
    void notReadyInTimeIsAFailedStartThatSaysWhy();
    void aProbeThatHangsIsKilledAndTriedAgainAlone();
    void nothingOfAProbeIsLeftBehind();
    void aProbeRunsAsItsProcessDoes();
    void whatAnEarlierLaunchSaidMakesNoLaterOneReady();
    void whatAnEarlierProbeFoundMakesNoLaterLaunchReady();
    void aProcessDoesNotForestallItsProbe();
    void readinessMayFallAfterAProbeFoundIt();
    void aStopEndsTheProbing();

private:
    /// It is up for a while, and not ready.
    void waitUnready(RunningServer &server)
    {
        QTRY_VERIFY_WITH_TIMEOUT(
            server.process(u"it"_s)[u"uptime_ms"_s].toInteger() > 400, patience);
        const QJsonObject it = server.process(u"it"_s);
        QCOMPARE(it[u"state"_s], u"starting"_s);
        QCOMPARE(it[u"ready"_s], false);
    }
};

void TestReadiness::itIsReadyWhenItsModeSaysSoAndNotBefore_data()
{
    QTest::addColumn<QJsonObject>("process");
    QTest::newRow("tcp") << sleeper(
        {{u"mode"_s, u"tcp"_s}, {u"address"_s, u"unix:service"_s}, {u"interval_ms"_s, 50}});
    QTest::newRow("http") << sleeper({{u"mode"_s, u"http"_s}, {u"interval_ms"_s, 50}});
    QTest::newRow("exec") << sleeper(exec({u"test"_s, u"-e"_s, u"go"_s}));
    const QString announce
        = u"echo not yet ready; until test -e go; do sleep 0.02; done; echo ready; exec %1 600"_s;
    QTest::newRow("log") << shell(announce.arg(helperProgram(u"slow-start"_s)), log(u"^ready$"_s));
    QTest::newRow("exec, a class") << QJsonObject{
        {u"class"_s, u"test::SleepForever"_s}, {u"ready"_s, exec({u"test"_s, u"-e"_s, u"go"_s})}};
    QTest::newRow("notify, a class") << QJsonObject{{u"class"_s, u"test::ReadyOnceThereIs"_s},
        {u"settings"_s, QJsonObject{{u"file"_s, u"go"_s}}},
        {u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}}}};
}

void TestReadiness::itIsReadyWhenItsModeSaysSoAndNotBefore()
{
    QFETCH(QJsonObject, process);
    bool healthy = false;
    Listener http([&healthy](QTcpSocket &peer) {
        peer.write(healthy ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 503 Later\r\n\r\n");
    });
    QVERIFY(http.listen());
    QJsonObject ready = process[u"ready"_s].toObject();
    if (ready[u"mode"_s] == u"http"_s)
        ready.insert(u"url"_s, u"http://%1/health"_s.arg(http.address()));
    process.insert(u"ready"_s, ready);

    RunningServer server({{u"it"_s, process}}, plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    waitUnready(server);
    QVERIFY(server.get(u"/readyz"_s).isUndefined()); // 503

    healthy = true;
    QLocalServer service;
    QVERIFY(service.listen(server.folder() + u"/service"_s));
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(server.process(u"it"_s)[u"ready"_s], true);
    QCOMPARE(server.process(u"it"_s)[u"restarts"_s], 0);
    QCOMPARE(server.get(u"/readyz"_s)[u"ready"_s], true);
}

void TestReadiness::notReadyInTimeIsAFailedStartThatSaysWhy_data()
{
    QTest::addColumn<QJsonObject>("ready");
    QTest::addColumn<QString>("why");
    QTest::newRow("notify") << QJsonObject{{u"mode"_s, u"notify"_s}}
                            << u"it sent no READY=1 and did not call setReady()"_s;
    QTest::newRow("tcp") << QJsonObject{{u"mode"_s, u"tcp"_s}, {u"address"_s, u"127.0.0.1:1"_s}}
                         << u"no connection to 127.0.0.1:1: Connection refused"_s;
    QTest::newRow("http") << QJsonObject{{u"mode"_s, u"http"_s},
        {u"url"_s, u"http://127.0.0.1:1/health"_s}}
                          << u"http://127.0.0.1:1/health: Connection refused"_s;
    QTest::newRow("exec") << exec({u"false"_s}) << u"probe false: exited with code 1"_s;
    QTest::newRow("exec, a crash")
        << exec({helperProgram(u"crash"_s)})
        << u"probe %1: killed by SIGSEGV"_s.arg(helperProgram(u"crash"_s));
    QTest::newRow("exec, no such program")
        << exec({u"/no/such/probe"_s}) << u"probe /no/such/probe: execve: No such file"_s;
    QTest::newRow("log") << log(u"^never$"_s) << u"no line of its output matched \"^never$\""_s;
}

void TestReadiness::notReadyInTimeIsAFailedStartThatSaysWhy()
{
    QFETCH(QJsonObject, ready);
    QFETCH(const QString, why);
    ready.insert(u"timeout_ms"_s, 3000);
    RunningServer server({{u"it"_s, withPolicy(sleeper(ready), u"never"_s)}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"failed"_s, patience);
    const QString reason = server.process(u"it"_s)[u"reason"_s].toString();
    QVERIFY2(reason.startsWith(u"not ready within 3 s: "_s + why), qPrintable(reason));
    QCOMPARE(server.process(u"it"_s)[u"last_exit"_s][u"signal"_s], u"SIGKILL"_s);
    QTRY_COMPARE_WITH_TIMEOUT(survivors(server.mark()).size(), 2, patience);
}

void TestReadiness::aProbeThatHangsIsKilledAndTriedAgainAlone()
{
    const QString probe = u"echo once more >> tries; exec %1"_s.arg(helperProgram(u"hang"_s));
    RunningServer server(
        {{u"it"_s, sleeper(exec({u"sh"_s, u"-c"_s, probe}, {{u"attempt_timeout_ms"_s, 200}}))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    qsizetype tries = 0;
    const auto triedOften = [&] {
        const QList<qint64> alive = survivors(server.mark());
        const auto hanging = std::ranges::count_if(
            alive, [](qint64 pid) { return nameOf(pid) == "hang" || nameOf(pid) == "sh"; });
        tries = hanging > 1 ? -1 : contentOf(server.folder() + u"/tries"_s).count('\n');
        return tries < 0 || tries >= 4;
    };
    QTRY_VERIFY_WITH_TIMEOUT(triedOften(), patience);
    QVERIFY(tries > 0);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"starting"_s);
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestReadiness::nothingOfAProbeIsLeftBehind()
{
    // One leaves a child in its session, the other one that got out of it.
    const QString probe = u"%1 0; %2 pids & sleep 1; test -e go"_s.arg(
        helperProgram(u"grandchild"_s), helperProgram(u"escape"_s));
    RunningServer server({{u"it"_s, sleeper(exec({u"sh"_s, u"-c"_s, probe}, patiently))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(contentOf(server.folder() + u"/pids"_s).count('\n') >= 3, patience);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    QTRY_COMPARE_WITH_TIMEOUT(survivors(server.mark()).size(), 3, patience); // and the process
}

void TestReadiness::aProbeRunsAsItsProcessDoes()
{
    const QString probe
        = u"echo heard; echo heard >&2; pwd > where; env > environment;"
          " ls /proc/self/fd > descriptors; cut -d ' ' -f 6 /proc/$$/stat > session;"
          " echo $$ > pid"_s;
    QJsonObject process = sleeper(exec({u"sh"_s, u"-c"_s, probe}));
    process.insert(u"directory"_s, u"."_s);
    process.insert(u"environment"_s, QJsonObject{{u"COLOUR"_s, u"blue"_s}});
    RunningServer server({{u"it"_s, process}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);

    const auto told = [&server](const QString &file) {
        return contentOf(server.folder() + u'/' + file).trimmed();
    };
    QCOMPARE(QString::fromUtf8(told(u"where"_s)), QDir(server.folder()).canonicalPath());
    QCOMPARE(told(u"descriptors"_s), "0\n1\n2\n3"); // the last is that of ls
    QCOMPARE(told(u"session"_s), told(u"pid"_s));
    const QByteArrayList variables = told(u"environment"_s).split('\n');
    QVERIFY(variables.contains("COLOUR=blue"));
    QVERIFY(variables.contains("SEMPER_PROCESS=it"));
    QVERIFY(std::ranges::none_of(
        variables, [](const QByteArray &entry) { return entry.startsWith("SEMPER_TOKEN="); }));
    QCOMPARE(server.stop(), 0);
    QVERIFY2(!server.log().contains(u"heard"), qPrintable(server.log()));
}

void TestReadiness::whatAnEarlierLaunchSaidMakesNoLaterOneReady()
{
    const QString script
        = u"if mkdir first; then echo up; exit 1; fi; exec %1"_s.arg(helperProgram(u"sleeper"_s));
    RunningServer server({{u"it"_s, shell(script, log(u"^up$"_s))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], 1, patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | up"), patience);
    waitUnready(server);
}

void TestReadiness::whatAnEarlierProbeFoundMakesNoLaterLaunchReady()
{
    const QString script
        = u"if mkdir first; then sleep 1; exit 1; fi; exec %1"_s.arg(helperProgram(u"sleeper"_s));
    const QString probe = u"mkdir probed && sleep 2 && touch found"_s;
    RunningServer server({{u"it"_s, shell(script, exec({u"sh"_s, u"-c"_s, probe}, patiently))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s], 1, patience);
    waitUnready(server);
    QVERIFY(QFile::exists(server.folder() + u"/probed"_s));
    QTRY_VERIFY_WITH_TIMEOUT( // by then it would be found
        server.process(u"it"_s)[u"uptime_ms"_s].toInteger() > 1500, patience);
    QVERIFY(!QFile::exists(server.folder() + u"/found"_s)); // it was killed with its launch
}

void TestReadiness::aProcessDoesNotForestallItsProbe()
{
    const QJsonObject ready = exec({u"test"_s, u"-e"_s, u"go"_s});
    RunningServer server(
        {{u"it"_s, QJsonObject{{u"class"_s, u"test::Echo"_s}, {u"ready"_s, ready}}}}, plugins());
    QVERIFY2(server.start(), qPrintable(server.log()));
    // The class says that it is ready right after this.
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"status"_s], u"listening"_s, patience);
    waitUnready(server);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
}

void TestReadiness::readinessMayFallAfterAProbeFoundIt()
{
    const QString frame = u"{\"type\":\"ready\",\"ready\":false}"_s;
    const QString script = u"until test -e go; do sleep 0.02; done; exec %1 '%2'"_s.arg(
        helperProgram(u"speak-frames"_s), frame);
    RunningServer server({{u"it"_s, shell(script, exec({u"true"_s}))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], true, patience);
    QFile go(server.folder() + u"/go"_s);
    QVERIFY(go.open(QIODevice::WriteOnly));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"ready"_s], false, patience);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"running"_s);
}

void TestReadiness::aStopEndsTheProbing()
{
    RunningServer server({{u"it"_s, sleeper(exec({helperProgram(u"hang"_s)}, patiently))}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(survivors(server.mark()).size(), 4, patience);
    QCOMPARE(server.command({u"stop"_s, u"it"_s}).exitCode, 0);
    QCOMPARE(server.process(u"it"_s)[u"state"_s], u"stopped"_s);
    QTRY_COMPARE_WITH_TIMEOUT(survivors(server.mark()).size(), 2, patience);
}

QTEST_GUILESS_MAIN(TestReadiness)
#include "tst_readiness.moc"
