// SPDX-License-Identifier: GPL-3.0-or-later
// Supervision runs on a thread of its own: a handler that blocks holds up its own service alone.
#include "integration/rawclient.h"
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QTest>

#include <chrono>
#include <csignal>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 30'000;

QJsonObject sleeper()
{
    const QJsonObject atOnce{{u"backoff_ms"_s, 1}, {u"backoff_max_ms"_s, 1}};
    return {{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}}, {u"restart"_s, atOnce}};
}

/// The process "babbler" of the blocking server sends \a message so often.
QJsonObject babbling(const QJsonObject &message, int times)
{
    return {{u"settings"_s, QJsonObject{{u"message"_s, message}, {u"times"_s, times}}}};
}

QJsonObject loopOf(RunningServer &server)
{
    return server.get(u"/api/v1/server"_s)[u"service_loop"_s].toObject();
}

QByteArray requestFor(const QByteArray &path)
{
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
}

} // namespace

class TestServiceLoop : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void whileAHandlerBlocksProcessesAreRestarted();
    void whileAHandlerBlocksTheServerIsAnswered();
    void whileAHandlerBlocksTheServerStopsInTime();
    void aLoopThatHangsIsToldAndSoIsItsRecovery();
    void aLoopThatHangsIsShown();
    void aLoopThatHangsHasTheServerStartAnew();
    void aStopOutweighsTheStartAnew_data();
    void aStopOutweighsTheStartAnew();
    void aReloadIsRefusedWhileTheLoopHangs();
    void messagesForALoopThatHangsAreBounded();
    void aSlotMayWaitForAnAnswerInALoopOfItsOwn();
    void aHandlerThatEndsTheLoopStopsEverything();
    void anObjectThatIsOlderThanTheServerHearsItsServices();
    void aChildOfAHandlerIsLeftToIt();
    void whatStandsAfterExecRunsOnce();

private:
    void start(const QJsonObject &top = {}, const QJsonObject &more = {});
    /// Has the services' loop block, and waits until it does.
    void block(std::chrono::milliseconds time);
    [[nodiscard]] QByteArray ask(const QByteArray &path);

    std::unique_ptr<RunningServer> m_server;
    std::unique_ptr<RawClient> m_blocking;
};

void TestServiceLoop::init()
{
    m_blocking.reset();
    m_server.reset();
}

void TestServiceLoop::start(const QJsonObject &top, const QJsonObject &more)
{
    QJsonObject processes = more;
    processes.insert(u"sleeper"_s, sleeper());
    m_server = std::make_unique<RunningServer>(processes, top);
    m_server->embedIn(u"blocking-server"_s);
    QVERIFY2(m_server->start(), qPrintable(m_server->log()));
    QTRY_VERIFY_WITH_TIMEOUT(m_server->process(u"sleeper"_s)[u"ready"_s].toBool(), patience);
}

void TestServiceLoop::block(std::chrono::milliseconds time)
{
    const auto port = quint16(m_server->serviceAddress(u"http"_s).port());
    m_blocking = std::make_unique<RawClient>(
        port, requestFor("/block/" + QByteArray::number(time.count())));
    // Its lag shows that it does not turn.
    QTRY_VERIFY_WITH_TIMEOUT(loopOf(*m_server)[u"lag_ms"_s].toInt() > 50, patience);
}

QByteArray TestServiceLoop::ask(const QByteArray &path)
{
    RawClient client(quint16(m_server->serviceAddress(u"http"_s).port()), requestFor(path));
    return QTest::qWaitFor([&client] { return client.closed(); }, patience) ? client.body()
                                                                            : QByteArray();
}

void TestServiceLoop::whileAHandlerBlocksProcessesAreRestarted()
{
    start();
    block(1h);
    for (int i = 1; i <= 20; ++i) {
        const auto pid = pid_t(m_server->process(u"sleeper"_s)[u"pid"_s].toInt());
        QVERIFY(pid > 0);
        QCOMPARE(::kill(pid, SIGKILL), 0);
        QTRY_VERIFY_WITH_TIMEOUT(m_server->process(u"sleeper"_s)[u"restarts"_s].toInt() == i
                && m_server->process(u"sleeper"_s)[u"ready"_s].toBool(),
            patience);
    }
}

void TestServiceLoop::whileAHandlerBlocksTheServerIsAnswered()
{
    start();
    block(1h);
    const auto status = m_server->command({u"status"_s});
    QVERIFY2(status.standardOutput.contains("sleeper"), status.standardError);
    const auto restart = m_server->command({u"restart"_s, u"sleeper"_s});
    QCOMPARE(restart.exitCode, 0);
    QCOMPARE(m_server->process(u"sleeper"_s)[u"state"_s], u"running"_s);
    // What only the services know is not waited for.
    RawClient client(quint16(m_server->control().port()),
        "GET /api/v1/connections HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        "Authorization: Bearer "
            + m_server->token() + "\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 503);
    const QJsonObject problem = QJsonDocument::fromJson(client.body()).object();
    QCOMPARE(problem[u"code"_s], u"service_loop_hangs"_s);
}

void TestServiceLoop::whileAHandlerBlocksTheServerStopsInTime()
{
    start();
    block(1h);
    const qint64 sleeper = m_server->process(u"sleeper"_s)[u"pid"_s].toInteger();
    QElapsedTimer time;
    time.start();
    QCOMPARE(m_server->stop(), 0);
    QVERIFY2(time.elapsed() < 15'000, "a handler that blocks for an hour held the stop up");
    QVERIFY(m_server->log().contains(u"the program ends without them"_s));
    QVERIFY(!QFile::exists(m_server->socketPath()));
    QCOMPARE(::kill(pid_t(sleeper), 0), -1);
}

void TestServiceLoop::aLoopThatHangsIsToldAndSoIsItsRecovery()
{
    start({{u"service_loop"_s, QJsonObject{{u"watchdog_ms"_s, 400}}}});
    QCOMPARE(loopOf(*m_server)[u"state"_s], u"running"_s);
    HubPeer watcher(m_server->socketPath());
    watcher.watch({u"events"_s});
    const auto event = [&watcher](const QString &type) {
        for (const QJsonObject &frame : watcher.framesOf(u"event"))
            if (const QJsonObject found = frame[u"event"_s].toObject(); found[u"type"_s] == type)
                return found;
        return QJsonObject();
    };
    block(3s);
    QTRY_VERIFY_WITH_TIMEOUT(!event(u"service_loop_recovered"_s).isEmpty(), patience);
    QVERIFY(event(u"service_loop_recovered"_s)[u"hung_ms"_s].toInt() >= 400);
    QCOMPARE(event(u"service_loop_hung"_s)[u"action"_s], u"tell"_s);
    QTRY_COMPARE_WITH_TIMEOUT(loopOf(*m_server)[u"state"_s], u"running"_s, patience);
    QCOMPARE(loopOf(*m_server)[u"hung_ms"_s], QJsonValue());
    QCOMPARE(ask("/block/0"), "blocked");
}

void TestServiceLoop::aLoopThatHangsIsShown()
{
    start({{u"service_loop"_s, QJsonObject{{u"watchdog_ms"_s, 400}}}});
    block(1h);
    QTRY_COMPARE_WITH_TIMEOUT(loopOf(*m_server)[u"state"_s], u"hung"_s, patience);
    QVERIFY(loopOf(*m_server)[u"hung_ms"_s].toInt() >= 400);
    const auto status = m_server->command({u"status"_s});
    QVERIFY2(status.standardOutput.contains("service loop hangs"), status.standardOutput);
}

void TestServiceLoop::aLoopThatHangsHasTheServerStartAnew()
{
    start(
        {{u"service_loop"_s, QJsonObject{{u"watchdog_ms"_s, 400}, {u"on_hang"_s, u"restart"_s}}}});
    const qint64 guardian = m_server->guardianPid();
    const qint64 server = m_server->serverPid();
    block(1h);
    QTRY_COMPARE_WITH_TIMEOUT(m_server->log().count(u"\nready"_s), 2, patience);
    QVERIFY(m_server->isRunning());
    QCOMPARE(m_server->guardianPid(), guardian);
    const auto status = m_server->command({u"status"_s});
    QVERIFY2(status.standardOutput.contains("sleeper"), status.standardError);
    QVERIFY(::kill(pid_t(server), 0) != 0);
    QCOMPARE(m_server->stop(), 0);
}

void TestServiceLoop::aStopOutweighsTheStartAnew_data()
{
    QTest::addColumn<QString>("moment");
    QTest::newRow("while processes stop") << u"the server starts anew"_s;
    QTest::newRow("while the services are waited for") << u"stubborn: stopped"_s;
}

// It ended with 1, as if it were to be started again.
void TestServiceLoop::aStopOutweighsTheStartAnew()
{
    QFETCH(const QString, moment);
    const QJsonObject stop{{u"timeout_ms"_s, 2000}};
    const QJsonObject stubborn{
        {u"command"_s, QJsonArray{helperProgram(u"ignore-term"_s)}}, {u"stop"_s, stop}};
    start({{u"service_loop"_s, QJsonObject{{u"watchdog_ms"_s, 400}, {u"on_hang"_s, u"restart"_s}}}},
        {{u"stubborn"_s, stubborn}});
    QTRY_VERIFY_WITH_TIMEOUT(m_server->process(u"stubborn"_s)[u"ready"_s].toBool(), patience);
    block(1h);
    QTRY_VERIFY_WITH_TIMEOUT(m_server->log().contains(moment), patience);
    QCOMPARE(m_server->stop(), 0);
    QCOMPARE(m_server->log().count(u"\nready"_s), 1);
}

// Its refusal had the watchdog look at the turn as at a new one, and tell that the loop had
// recovered.
void TestServiceLoop::aReloadIsRefusedWhileTheLoopHangs()
{
    start({{u"service_loop"_s, QJsonObject{{u"watchdog_ms"_s, 400}}}});
    block(1h);
    QTRY_COMPARE_WITH_TIMEOUT(loopOf(*m_server)[u"state"_s], u"hung"_s, patience);
    const auto reload = m_server->command({u"reload"_s});
    QCOMPARE(reload.exitCode, 1);
    QVERIFY2(reload.standardError.contains("a handler blocks"), reload.standardError);
    QCOMPARE(m_server->process(u"sleeper"_s)[u"state"_s], u"running"_s);
    QCOMPARE(loopOf(*m_server)[u"state"_s], u"hung"_s);
    QVERIFY2(!m_server->log().contains(u"turns again"_s), qPrintable(m_server->log()));
}

// An empty message counted for two bytes of 4 MiB: two million of them took 350 MB.
void TestServiceLoop::messagesForALoopThatHangsAreBounded()
{
    QJsonObject babbler = babbling({}, 50'000);
    babbler.insert(u"enabled"_s, false);
    start({}, {{u"babbler"_s, babbler}});
    block(1h);
    QCOMPARE(m_server->command({u"start"_s, u"babbler"_s}).exitCode, 0);
    QTRY_COMPARE_WITH_TIMEOUT(m_server->process(u"babbler"_s)[u"status"_s], u"sent"_s, patience);
    const QRegularExpression told(u"(\\d+) messages of babbler were dropped"_s);
    const auto dropped = [&] {
        int sum = 0;
        for (const QRegularExpressionMatch &match : told.globalMatch(m_server->log()))
            sum += match.captured(1).toInt();
        return sum;
    };
    QTRY_VERIFY_WITH_TIMEOUT(dropped() >= 30'000, patience);
}

// The answer was behind the slot in the way between the loops: the slot waited for ever, with its
// time-out.
void TestServiceLoop::aSlotMayWaitForAnAnswerInALoopOfItsOwn()
{
    start({}, {{u"babbler"_s, babbling({{u"ask"_s, true}}, 3)}});
    QTRY_COMPARE_WITH_TIMEOUT(ask("/answers"), "3", patience);
}

// Everything was killed, and the next server told of a lost one.
void TestServiceLoop::aHandlerThatEndsTheLoopStopsEverything()
{
    start();
    QCOMPARE(ask("/exit/7"), "ends");
    QTRY_VERIFY_WITH_TIMEOUT(!m_server->isRunning(), patience);
    QCOMPARE(m_server->stop(), 7);
    QVERIFY2(m_server->log().contains(u"sleeper: stopped"_s), qPrintable(m_server->log()));
    QVERIFY(!QFile::exists(m_server->folder() + u"/state/run"_s));
}

void TestServiceLoop::anObjectThatIsOlderThanTheServerHearsItsServices()
{
    start();
    QVERIFY(ask("/clients").toInt() >= 1);
    QVERIFY(ask("/clients").toInt() >= 2);
}

void TestServiceLoop::aChildOfAHandlerIsLeftToIt()
{
    start();
    for (int code = 0; code < 20; ++code)
        QCOMPARE(ask("/child/" + QByteArray::number(code)), QByteArray::number(code));
}

void TestServiceLoop::whatStandsAfterExecRunsOnce()
{
    start();
    QCOMPARE(m_server->stop(), 0);
    QCOMPARE(m_server->log().count(u"exec() returned 0"_s), 1);
}

QTEST_GUILESS_MAIN(TestServiceLoop)
#include "tst_serviceloop.moc"
