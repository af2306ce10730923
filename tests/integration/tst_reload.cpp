// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <csignal>
#include <tuple>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 15'000;

QJsonObject sleeper(QJsonObject more = {})
{
    more.insert(u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)});
    return more;
}

QJsonObject variable(const QString &value)
{
    return {{u"environment"_s, QJsonObject{{u"X"_s, value}}}};
}

QJsonObject instances(int count)
{
    return {{u"instances"_s, count}};
}

/// A top level whose one service listens at \a address.
QJsonObject listening(const QString &address, const QJsonObject &processes)
{
    return {{u"services"_s,
        QJsonObject{{u"http"_s,
            QJsonObject{
                {u"type"_s, u"http"_s}, {u"listen"_s, address}, {u"processes"_s, processes}}}}}};
}

QString local(quint16 port)
{
    return u"127.0.0.1:%1"_s.arg(port);
}

/// A port that was free a moment ago.
quint16 freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : 0;
}

bool takesConnections(quint16 port)
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, port);
    return socket.waitForConnected(patience);
}

} // namespace

/// A real server whose configuration changes while it runs.
class TestReload : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyWhatChangedIsRestarted();
    void addedStartAndRemovedGo();
    void removedOnesStopDependantsFirst();
    void aKeyThatNeedsNoRestartIsObeyedWithoutOne();
    void theInstancesOfAChangedOneAreReplacedOneByOne();
    void aBadFileChangesNothing_data();
    void aBadFileChangesNothing();
    void aDryRunChangesNothing();
    void whatIsFixedIsRefusedAsAWhole();
    void anotherAddressIsBoundBeforeTheOldOneIsLeft();
    void aPortThatIsTakenChangesNothing();
    void servicesComeAndGo();
    void theControlApiMoves();
    void aStopSurvives();
    void aScaleSurvivesUnlessInstancesChange();
    void whatIsEnabledStartsAndWhatIsNotStops();
    void aScheduleThatComesOrGoesMakesItAnotherKind();
    void whoIsWaitedForMayComeAndGo();
    void whatWasStoppedWhileOthersWereReplacedStaysStopped();
    void sighupReloadsThroughTheGuardian();
    void aReloadOverHttpAnswersWithItsEvent();
    void aWrongParameterOverHttpIsNoReload();
    void theFirstOfTheModeNotifyFindsItsSocket();
    void eventsTellWhatWasChangedAndWhatWasNot();
    void aFileFullOfErrorsIsToldInFramesThatFit();
    void watchersSeeWhoCameAndWent();
    void theCommandPrintsTheDifference();
    void theCommandPrintsWhatWillHappen();
    void whatARestartThatWasGivenUpLeftIsSeenAndTakenUpAgain();
    void whatStillRunsAsAskedForIsLeftAloneByAWayBack();

private:
    [[nodiscard]] static int pidOf(RunningServer &server, const QString &name)
    {
        return server.process(name)[u"pid"_s].toInt();
    }
    [[nodiscard]] static bool isRunning(RunningServer &server, const QString &name)
    {
        return server.process(name)[u"state"_s] == u"running"_s;
    }
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

void TestReload::anotherAddressIsBoundBeforeTheOldOneIsLeft()
{
    const quint16 first = freePort();
    const QJsonObject processes{{u"a"_s, sleeper()}};
    RunningServer server(processes, listening(local(first), processes));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    const int a = pidOf(server, u"a"_s);
    QVERIFY(takesConnections(first));
    const quint16 second = freePort();
    server.configure(processes, listening(local(second), processes));
    const auto output = server.command({u"reload"_s});
    QCOMPARE(output.exitCode, 0);
    const QString move = local(first) + u" -> "_s + local(second);
    QCOMPARE(QString::fromUtf8(output.standardOutput),
        u"~ $.services.http.listen %1\n= 1 process unchanged\n"_s.arg(move));
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.log().contains(
            u"0 added, 0 removed, 0 changed, 1 unchanged; listeners: http %1\n"_s.arg(move)),
        qPrintable(server.log()), patience);
    QVERIFY(takesConnections(second));
    QVERIFY(!takesConnections(first));
    QCOMPARE(pidOf(server, u"a"_s), a);
    QCOMPARE(server.get(u"/api/v1/server"_s)[u"services"_s][0][u"addresses"_s][0],
        u"http://"_s + local(second));
}

void TestReload::aPortThatIsTakenChangesNothing()
{
    QTcpServer squatter;
    QVERIFY(squatter.listen(QHostAddress::LocalHost));
    const quint16 first = freePort();
    const QJsonObject processes{{u"a"_s, sleeper()}};
    RunningServer server(processes, listening(local(first), processes));
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    const int a = pidOf(server, u"a"_s);

    const QJsonObject changed{{u"a"_s, sleeper(variable(u"2"_s))}, {u"b"_s, sleeper()}};
    QJsonObject top = listening(local(squatter.serverPort()), changed);
    top.insert(u"control"_s, QJsonObject{{u"listen"_s, local(freePort())}});
    server.configure(changed, top);
    const auto output = server.command({u"reload"_s});
    QCOMPARE(output.exitCode, 1);
    QVERIFY2(output.standardError.contains("$.services.http.listen: cannot listen on"),
        output.standardError.constData());
    QVERIFY(takesConnections(first));
    QCOMPARE(pidOf(server, u"a"_s), a); // which also asks the control API, where it was
    QVERIFY(server.process(u"b"_s).isEmpty());
}

void TestReload::servicesComeAndGo()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"a"_s), patience);
    const int a = pidOf(server, u"a"_s);
    const auto service = [](const QString &listen, const QJsonObject &processes) {
        return QJsonObject{
            {u"type"_s, u"http"_s}, {u"listen"_s, listen}, {u"processes"_s, processes}};
    };
    const quint16 port = freePort();
    const QString any = u"127.0.0.1:0"_s;
    server.configure({},
        {{u"services"_s,
            QJsonObject{{u"http"_s, service(any, {{u"a"_s, sleeper()}})},
                {u"more"_s, service(local(port), {{u"b"_s, sleeper()}})}}}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(isRunning(server, u"b"_s), patience);
    QVERIFY(takesConnections(port));
    QCOMPARE(pidOf(server, u"a"_s), a);

    server.configure({},
        {{u"services"_s,
            QJsonObject{{u"http"_s, service(local(port), {{u"a"_s, sleeper()}})},
                {u"more"_s, service(any, {{u"b"_s, sleeper()}})}}}});
    const auto exchanged = server.command({u"reload"_s});
    QCOMPARE(exchanged.exitCode, 1);
    QVERIFY2(exchanged.standardError.contains("service \"more\" has it until now"),
        exchanged.standardError);
    QVERIFY(takesConnections(port));

    server.configure({{u"a"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"b"_s).isEmpty(), patience);
    QVERIFY(!takesConnections(port));
    QCOMPARE(server.get(u"/api/v1/server"_s)[u"services"_s].toArray().size(), 1);
    QCOMPARE(pidOf(server, u"a"_s), a);
}

void TestReload::theControlApiMoves()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const quint16 port = freePort();
    server.configure(
        {{u"a"_s, sleeper()}}, {{u"control"_s, QJsonObject{{u"listen"_s, local(port)}}}});
    // Asked where it is, it answers there, and is elsewhere then.
    const auto [status, answer] = server.post(u"/api/v1/reload"_s);
    QCOMPARE(status, 202);
    QCOMPARE(answer[u"changes"_s][0],
        (QJsonObject{{u"change"_s, u"changed"_s}, {u"path"_s, u"$.control.listen"_s},
            {u"listen"_s, local(port)}, {u"was"_s, u"127.0.0.1:0"_s}}));
    QVERIFY2(server.log().contains(u"; listeners: control 127.0.0.1:0 -> %1\n"_s.arg(local(port))),
        qPrintable(server.log()));
    QVERIFY(takesConnections(port));
    QVERIFY(!takesConnections(quint16(server.control().port())));
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

void TestReload::aReloadOverHttpAnswersWithItsEvent()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    server.configure({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}});
    auto [status, answer] = server.post(u"/api/v1/reload?dry_run=true"_s);
    QCOMPARE(status, 200);
    QVERIFY(!answer.contains(u"event"_s));
    QCOMPARE(answer[u"changes"_s].toArray().size(), 1);
    std::tie(status, answer) = server.post(u"/api/v1/reload"_s, R"({"dry_run": true})");
    QCOMPARE(status, 200);
    QVERIFY(server.process(u"b"_s).isEmpty());

    std::tie(status, answer) = server.post(u"/api/v1/reload"_s, QByteArray());
    QCOMPARE(status, 202);
    QVERIFY(answer[u"event"_s].toInteger() > 0);
    QCOMPARE(answer[u"unchanged"_s], 1);
    QCOMPARE(answer[u"changes"_s],
        (QJsonArray{QJsonObject{{u"change"_s, u"added"_s}, {u"process"_s, u"b"_s},
            {u"effect"_s, u"start"_s}, {u"path"_s, u"$.services.http.processes.b"_s}}}));

    server.configure(QByteArray(R"({"nod": "x", "control": {"listen": 5}})"));
    std::tie(status, answer) = server.post(u"/api/v1/reload"_s);
    QCOMPARE(status, 422);
    QCOMPARE(answer[u"code"_s], u"bad_configuration"_s);
    QCOMPARE(answer[u"errors"_s].toArray().size(), 2);
}

void TestReload::aWrongParameterOverHttpIsNoReload()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    server.configure({{u"b"_s, sleeper()}});
    QCOMPARE(server.post(u"/api/v1/reload?dryrun=true"_s).first, 400);
    QCOMPARE(server.post(u"/api/v1/reload?dry_run=yes"_s).first, 400);
    QCOMPARE(server.post(u"/api/v1/reload"_s, R"({"dry_run": "true"})").first, 400);
    QCOMPARE(server.post(u"/api/v1/reload"_s, R"({"dry-run": true})").first, 400);
    QCOMPARE(server.post(u"/api/v1/reload"_s, "[]").first, 400);
    QVERIFY(server.process(u"b"_s).isEmpty());
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

void TestReload::eventsTellWhatWasChangedAndWhatWasNot()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    HubPeer watcher(server.socketPath());
    watcher.watch({u"events"_s});
    QTRY_VERIFY_WITH_TIMEOUT(!watcher.framesOf(u"snapshot").isEmpty(), patience);
    server.configure({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    server.configure(QByteArray("{"));
    QCOMPARE(server.command({u"reload"_s}).exitCode, 1);
    QList<QJsonObject> reloads;
    const auto find = [&] {
        reloads.clear();
        for (const QJsonObject &frame : watcher.framesOf(u"event"))
            if (frame[u"event"_s][u"type"_s] == u"reload"_s)
                reloads.append(frame[u"event"_s].toObject());
        return reloads.size();
    };
    QTRY_COMPARE_WITH_TIMEOUT(find(), 2, patience);
    QCOMPARE(reloads[0][u"ok"_s], true);
    QCOMPARE(reloads[0][u"changes"_s][0][u"process"_s], u"b"_s);
    QVERIFY(reloads[0][u"by"_s].toString().startsWith(u"local user"_s));
    QCOMPARE(reloads[1][u"ok"_s], false);
    QCOMPARE(reloads[1][u"errors"_s][0][u"path"_s], u"$"_s);
}

void TestReload::aFileFullOfErrorsIsToldInFramesThatFit()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QByteArray text = "{";
    for (int i = 0; i < 5000; ++i)
        text += (i > 0 ? ", \"" : "\"") + QByteArray::number(i) + QByteArray(100, 'x') + "\": 1";
    server.configure(text + ", \"" + QByteArray(200'000, 'y') + "\": 1}");
    HubPeer watcher(server.socketPath());
    watcher.watch({u"events"_s});
    watcher.send({{u"type"_s, u"command"_s}, {u"id"_s, 1}, {u"action"_s, u"reload"_s}});
    const auto last = [&] {
        const auto results = watcher.framesOf(u"result");
        return !results.isEmpty() && results.last()[u"last"_s].toBool();
    };
    QTRY_VERIFY_WITH_TIMEOUT(last(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!watcher.framesOf(u"event").isEmpty(), patience);
    for (const QJsonObject &frame : watcher.frames())
        QVERIFY(QJsonDocument(frame).toJson(QJsonDocument::Compact).size() < 64 * 1024);

    const auto output = server.command({u"reload"_s, u"--json"_s});
    QCOMPARE(output.exitCode, 1);
    const QJsonObject result = QJsonDocument::fromJson(output.standardOutput).object();
    QCOMPARE(result[u"errors"_s].toArray().size(), 5001);
    QVERIFY(isRunning(server, u"a"_s));
}

void TestReload::watchersSeeWhoCameAndWent()
{
    RunningServer server({{u"a"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QProcess waiting; // a watcher since before the reload
    waiting.start(builtProgram(u"semper"_s),
        {u"wait"_s, u"--for"_s, u"down"_s, u"a"_s, u"--socket"_s, server.socketPath(),
            u"--timeout-ms"_s, u"15000"_s});
    QVERIFY(waiting.waitForStarted(patience));
    server.configure({{u"b"_s, sleeper()}});
    QCOMPARE(server.command({u"reload"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(waiting.state(), QProcess::NotRunning, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.command({u"status"_s, u"a"_s}).exitCode, 1, patience);
    QCOMPARE(server.command({u"wait"_s, u"b"_s}).exitCode, 0);
}

void TestReload::theCommandPrintsTheDifference()
{
    RunningServer server({{u"a"_s, sleeper()}, {u"b"_s, sleeper()}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"reload"_s}).standardOutput, "= 2 processes unchanged\n");
    server.configure({{u"a"_s, sleeper(instances(2))}, {u"b"_s, sleeper()}},
        {{u"shutdown_timeout_ms"_s, 30000}});
    const auto json = server.command({u"reload"_s, u"--json"_s});
    QCOMPARE(json.exitCode, 0);
    const QJsonObject result = QJsonDocument::fromJson(json.standardOutput).object();
    QCOMPARE(result[u"ok"_s], true);
    QCOMPARE(result[u"unchanged"_s], 1);
    QCOMPARE(result[u"changes"_s],
        (QJsonArray{
            QJsonObject{{u"change"_s, u"changed"_s}, {u"path"_s, u"$.shutdown_timeout_ms"_s}},
            QJsonObject{{u"change"_s, u"changed"_s}, {u"process"_s, u"a"_s},
                {u"path"_s, u"$.services.http.processes.a"_s},
                {u"keys"_s, QJsonArray{u"instances"_s}}, {u"effect"_s, u"none"_s},
                {u"restart"_s, false}}}));
}

void TestReload::theCommandPrintsWhatWillHappen()
{
    const auto with = [](const QString &value, QJsonObject more) {
        more.insert(u"environment"_s, QJsonObject{{u"X"_s, value}});
        return sleeper(more);
    };
    const QJsonObject yearly{{u"schedule"_s, u"@yearly"_s}};
    const QJsonObject off{{u"enabled"_s, false}};
    RunningServer server({{u"a"_s, with(u"1"_s, {})}, {u"b"_s, with(u"1"_s, {})},
        {u"c"_s, with(u"1"_s, yearly)}, {u"d"_s, with(u"1"_s, off)}, {u"e"_s, with(u"1"_s, {})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QCOMPARE(server.command({u"wait"_s, u"a"_s, u"b"_s, u"e"_s}).exitCode, 0);
    QCOMPARE(server.command({u"stop"_s, u"b"_s}).exitCode, 0);
    server.configure(
        {{u"a"_s, with(u"2"_s, {})}, {u"b"_s, with(u"2"_s, {})}, {u"c"_s, with(u"2"_s, yearly)},
            {u"d"_s, with(u"1"_s, {})}, {u"e"_s, with(u"2"_s, off)}, {u"f"_s, with(u"1"_s, off)}});
    const auto output = server.command({u"reload"_s});
    QCOMPARE(QString::fromUtf8(output.standardOutput),
        u"~ a: environment.X (restart)\n"
        "~ b: environment.X (from its next start)\n"
        "~ c: environment.X (from its next run)\n"
        "~ d: enabled (start)\n"
        "~ e: environment.X, enabled (stop)\n"
        "+ f (disabled)\n"
        "= 0 processes unchanged\n"_s);
}

namespace {

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
    QCOMPARE(event[u"not_restarted"_s], (QJsonArray{1, 2}));
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

QTEST_GUILESS_MAIN(TestReload)
#include "tst_reload.moc"
