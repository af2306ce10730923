// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/rpcclient.h>

#include <semper/fakelink.h>
#include <semper/stopped.h>
#include <semper/systemclock.h>
#include <semper/userprocess.h>

#include "rpc/rpcanswer.h"
#include "rpc/rpcframereader.h"

#include <QLocalServer>
#include <QLocalSocket>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <functional>
#include <map>
#include <memory>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

Q_DECLARE_METATYPE(semper::RpcFraming)

namespace {

constexpr int patience = 10'000;

/// A server that hands each call to the test, which answers it or not.
class ScriptedServer
{
public:
    using Handler = std::function<void(QIODevice &peer, const RpcRequest &request)>;

    ScriptedServer(RpcFraming framing, Handler handler)
        : m_framing(framing)
        , m_handler(std::move(handler))
    {
        QObject::connect(&m_tcp, &QTcpServer::newConnection, &m_tcp,
            [this] { take(m_tcp.nextPendingConnection()); });
        QObject::connect(&m_local, &QLocalServer::newConnection, &m_local,
            [this] { take(m_local.nextPendingConnection()); });
    }

    bool listen(quint16 port = 0) { return m_tcp.listen(QHostAddress::LocalHost, port); }
    bool listen(const QString &path) { return m_local.listen(path); }
    void close() { m_tcp.close(); }
    [[nodiscard]] quint16 port() const { return m_tcp.serverPort(); }
    [[nodiscard]] QUrl url() const { return QUrl(u"tcp://127.0.0.1:%1"_s.arg(port())); }
    [[nodiscard]] int connections() const { return m_connections; }
    [[nodiscard]] const QList<RpcRequest> &received() const { return m_received; }

    void answer(QIODevice &peer, const RpcRequest &request, const RpcOutcome &outcome) const
    {
        peer.write(
            framed(m_framing, toJsonText(RpcAnswer{request.id, outcome}, dialectOf(m_framing))));
    }

private:
    void take(QIODevice *peer)
    {
        ++m_connections;
        m_readers[peer] = std::make_unique<RpcFrameReader>(m_framing, 1'000'000);
        QObject::connect(peer, &QIODevice::readyRead, peer, [this, peer] {
            RpcFrameReader &reader = *m_readers[peer];
            reader.append(peer->readAll());
            while (const auto next = reader.next()) {
                const RpcMessage message
                    = readRpcMessage(std::get<QByteArray>(*next), dialectOf(m_framing));
                m_received.append(std::get<RpcRequest>(message.entries.constFirst()));
                m_handler(*peer, m_received.constLast());
            }
        });
    }

    RpcFraming m_framing;
    Handler m_handler;
    QTcpServer m_tcp;
    QLocalServer m_local;
    std::map<QIODevice *, std::unique_ptr<RpcFrameReader>> m_readers;
    QList<RpcRequest> m_received;
    int m_connections = 0;
};

/// How one call ended.
struct Ended
{
    QJsonValue result = QJsonValue(QJsonValue::Undefined);
    std::optional<RpcError> error = {};
    std::optional<RpcTransportError::Kind> failure = {};
    QString text = {};
    bool stopped = false;
    bool over = false;
};

QCoro::Task<> follow(QCoro::Task<QJsonValue> call, Ended &ended)
{
    try {
        ended.result = co_await call;
    } catch (const RpcError &error) {
        ended.error = error;
    } catch (const RpcTransportError &error) {
        ended.failure = error.kind();
        ended.text = QString::fromUtf8(error.what());
    } catch (const Stopped &) {
        ended.stopped = true;
    }
    ended.over = true;
}

/// The example of the documentation.
QCoro::Task<> documented(RpcClient &rpc, QJsonValue &sum, QJsonValue &difference)
{
    sum = co_await rpc.call(u"sum"_s, 1, 2);
    const QJsonObject named{{u"minuend"_s, 42}, {u"subtrahend"_s, 23}};
    difference = co_await rpc.callNamed(u"subtract"_s, named);
}

} // namespace

class TestRpcClient : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void callsAreAnsweredInEveryFraming_data();
    void callsAreAnsweredInEveryFraming();
    void theDocumentedCallsWork();
    void manyCallsAreUnderWayAtOnce();
    void callsInSwoftsFramingGoOneByOne();
    void anErrorIsThrownAsTheServerGaveIt();
    void aTimeoutLeavesOtherCallsAlone();
    void aPeerThatAnswersNobodyIsLeft();
    void aHandshakeThatDoesNotEndIsGivenUp();
    void whoHangsUpAtOnceIsNotCalledInABusyLoop();
    void aTimeoutInSwoftsFramingTakesANewConnection();
    void aLostConnectionFailsWhatWasSentAndTheNextCallConnectsAgain();
    void aCallWaitsForAServerThatIsNotThereYet();
    void nobodyThereIsToldAfterTheTimeout();
    void aStopCutsCallsShort();
    void theTokenIsShown_data();
    void theTokenIsShown();
    void whatIsNoAnswerEndsTheConnection_data();
    void whatIsNoAnswerEndsTheConnection();
    void aNotificationIsDoneOnceItIsSent();
    void aUnixSocketWillDo();
    void httpWillDo_data();
    void httpWillDo();
    void aPostThatWasCutOffCountsAsSent();
    void tooManyCallsAreRefused();
    void addressesThatAreNoneAreRefused_data();
    void addressesThatAreNoneAreRefused();

private:
    std::unique_ptr<FakeLink> m_link;
    std::unique_ptr<SystemClock> m_clock;
    std::unique_ptr<Process> m_process;
};

void TestRpcClient::init()
{
    m_process.reset();
    m_link = std::make_unique<FakeLink>();
    m_clock = std::make_unique<SystemClock>();
    m_process = std::make_unique<Process>(u"caller"_s, 0, QJsonObject(), *m_link, *m_clock);
}

void TestRpcClient::callsAreAnsweredInEveryFraming_data()
{
    QTest::addColumn<RpcFraming>("framing");
    QTest::newRow("newline") << RpcFraming::Newline;
    QTest::newRow("content-length") << RpcFraming::ContentLength;
    QTest::newRow("swoft") << RpcFraming::Swoft;
}

void TestRpcClient::callsAreAnsweredInEveryFraming()
{
    QFETCH(const RpcFraming, framing);
    ScriptedServer server(framing, [&](QIODevice &peer, const RpcRequest &request) {
        server.answer(peer, request, request.params.toArray().at(0));
    });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url(), {.framing = framing});
    const QList<QJsonValue> values{
        QJsonValue::Null, 17, u"a\r\n\r\n\u00fc"_s, QJsonArray{1, 2}, QJsonObject{{u"a"_s, true}}};
    for (const QJsonValue &value : values) {
        Ended ended;
        const auto task = follow(rpc.call(u"echo"_s, value, 1.5, u"more"_s, false), ended);
        QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
        QCOMPARE(ended.result, value);
    }
    QCOMPARE(server.received().constFirst().params,
        QJsonValue(QJsonArray{QJsonValue::Null, 1.5, u"more"_s, false}));
    QCOMPARE(server.connections(), 1);
}

void TestRpcClient::theDocumentedCallsWork()
{
    ScriptedServer server(RpcFraming::Newline, [&](QIODevice &peer, const RpcRequest &request) {
        const bool named = request.params.isObject();
        server.answer(peer, request, named ? QJsonValue(19) : QJsonValue(3));
    });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url());
    QJsonValue sum;
    QJsonValue difference;
    const auto task = documented(rpc, sum, difference);
    QTRY_COMPARE_WITH_TIMEOUT(difference, QJsonValue(19), patience);
    QCOMPARE(sum, QJsonValue(3));
}

void TestRpcClient::manyCallsAreUnderWayAtOnce()
{
    QList<RpcRequest> waiting;
    ScriptedServer server(
        RpcFraming::ContentLength, [&](QIODevice &peer, const RpcRequest &request) {
            waiting.prepend(request);
            if (waiting.size() < 50)
                return;
            for (const RpcRequest &one : std::as_const(waiting)) // the last one first
                server.answer(peer, one, one.params.toArray().at(0));
        });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url(), {.framing = RpcFraming::ContentLength});
    std::vector<Ended> ended(50);
    for (int i = 0; i < 50; ++i)
        follow(rpc.call(u"echo"_s, i), ended[i]);
    for (int i = 0; i < 50; ++i) {
        QTRY_VERIFY_WITH_TIMEOUT(ended[i].over, patience);
        QCOMPARE(ended[i].result, QJsonValue(i));
    }
}

void TestRpcClient::callsInSwoftsFramingGoOneByOne()
{
    int underWay = 0;
    int most = 0;
    ScriptedServer server(RpcFraming::Swoft, [&](QIODevice &peer, const RpcRequest &request) {
        most = std::max(most, ++underWay);
        QTimer::singleShot(5ms, &peer, [&, request] {
            --underWay;
            server.answer(peer, request, request.params.toArray().at(0));
        });
    });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url(), {.framing = RpcFraming::Swoft});
    std::vector<Ended> ended(10);
    for (int i = 0; i < 10; ++i)
        follow(rpc.call(RpcClient::swoftRoute(uR"(App\EchoInterface)"_s, u"echo"_s), i), ended[i]);
    for (int i = 0; i < 10; ++i) {
        QTRY_VERIFY_WITH_TIMEOUT(ended[i].over, patience);
        QCOMPARE(ended[i].result, QJsonValue(i));
    }
    QCOMPARE(most, 1);
    QCOMPARE(server.received().constFirst().method, uR"(1.0::App\EchoInterface::echo)"_s);
}

void TestRpcClient::anErrorIsThrownAsTheServerGaveIt()
{
    const RpcError error(17, u"no"_s, QJsonArray{1});
    ScriptedServer server(RpcFraming::Newline,
        [&](QIODevice &peer, const RpcRequest &request) { server.answer(peer, request, error); });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url());
    Ended ended;
    const auto task = follow(rpc.call(u"any"_s), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(ended.error, error);
    QCOMPARE(ended.error->what(), "no (17)");
}

void TestRpcClient::aTimeoutLeavesOtherCallsAlone()
{
    QList<RpcRequest> late;
    QIODevice *caller = nullptr;
    ScriptedServer server(RpcFraming::Newline, [&](QIODevice &peer, const RpcRequest &request) {
        caller = &peer;
        if (request.method == u"late"_s)
            late.append(request);
        else
            server.answer(peer, request, QJsonValue(1));
    });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url(), {.timeout = 2s});
    Ended ended;
    const auto task = follow(rpc.call(u"late"_s), ended);
    Ended meanwhile;
    const auto task1 = follow(rpc.call(u"now"_s), meanwhile);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(meanwhile.result, QJsonValue(1));
    QCOMPARE(ended.failure, RpcTransportError::Kind::Timeout);
    QVERIFY2(
        ended.text.contains(u"late: no answer from tcp://127.0.0.1:"_s), qPrintable(ended.text));
    QCOMPARE(late.size(), 1);
    server.answer(*caller, late.constFirst(), QJsonValue(2)); // which nobody waits for
    Ended next;
    const auto task2 = follow(rpc.call(u"now"_s), next);
    QTRY_VERIFY_WITH_TIMEOUT(next.over, patience);
    QCOMPARE(next.result, QJsonValue(1));
    QCOMPARE(server.connections(), 1);
}

void TestRpcClient::aPeerThatAnswersNobodyIsLeft()
{
    bool hangs = true;
    ScriptedServer server(RpcFraming::Newline, [&](QIODevice &peer, const RpcRequest &request) {
        if (!hangs)
            server.answer(peer, request, QJsonValue(1));
    });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url(), {.timeout = 500ms});
    Ended ended;
    const auto task = follow(rpc.call(u"any"_s), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(ended.failure, RpcTransportError::Kind::Timeout);
    hangs = false;
    Ended next;
    const auto task2 = follow(rpc.call(u"any"_s), next);
    QTRY_VERIFY_WITH_TIMEOUT(next.over, patience);
    QCOMPARE(next.result, QJsonValue(1));
    QCOMPARE(server.connections(), 2);
}

void TestRpcClient::aHandshakeThatDoesNotEndIsGivenUp()
{
    QTcpServer server;
    int gone = 0;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        connect(server.nextPendingConnection(), &QTcpSocket::disconnected, this, [&] { ++gone; });
    });
    QVERIFY(server.listen(QHostAddress::LocalHost));
    RpcClient rpc(*m_process, QUrl(u"tls://127.0.0.1:%1"_s.arg(server.serverPort())),
        {.timeout = 2s, .connectTimeout = 200ms});
    Ended ended;
    const auto task = follow(rpc.call(u"any"_s), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(ended.failure, RpcTransportError::Kind::Unreachable);
    QVERIFY2(ended.text.endsWith(u"no connection within 200 ms"_s), qPrintable(ended.text));
    QTRY_VERIFY_WITH_TIMEOUT(gone >= 2, patience);
}

namespace {

/// Calls again and again, at once.
QCoro::Task<> callStubbornly(RpcClient &rpc, int &failures, bool &isEnough)
{
    while (!isEnough) {
        try {
            co_await rpc.call(u"any"_s);
        } catch (const RpcTransportError &) {
            ++failures;
        }
    }
}

} // namespace

void TestRpcClient::whoHangsUpAtOnceIsNotCalledInABusyLoop()
{
    ScriptedServer server(
        RpcFraming::Newline, [](QIODevice &peer, const RpcRequest &) { peer.close(); });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url());
    int failures = 0;
    bool isEnough = false;
    QTimer::singleShot(1000ms, this, [&] { isEnough = true; });
    const auto task = callStubbornly(rpc, failures, isEnough);
    QTRY_VERIFY_WITH_TIMEOUT(task.isReady(), patience);
    // Between them are 50 ms at least, 100, 200, 400, 800.
    QVERIFY2(failures <= 6, qPrintable(QString::number(failures)));
}

void TestRpcClient::aTimeoutInSwoftsFramingTakesANewConnection()
{
    ScriptedServer server(RpcFraming::Swoft, [&](QIODevice &peer, const RpcRequest &request) {
        if (request.method != u"late"_s)
            server.answer(peer, request, QJsonValue(1));
    });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url(), {.framing = RpcFraming::Swoft, .timeout = 500ms});
    Ended ended;
    const auto task = follow(rpc.call(u"late"_s), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(ended.failure, RpcTransportError::Kind::Timeout);
    Ended next;
    const auto task2 = follow(rpc.call(u"now"_s), next);
    QTRY_VERIFY_WITH_TIMEOUT(next.over, patience);
    QCOMPARE(next.result, QJsonValue(1));
    QCOMPARE(server.connections(), 2);
}

void TestRpcClient::aLostConnectionFailsWhatWasSentAndTheNextCallConnectsAgain()
{
    ScriptedServer server(RpcFraming::Newline, [&](QIODevice &peer, const RpcRequest &request) {
        if (request.method == u"crash"_s)
            peer.close();
        else
            server.answer(peer, request, QJsonValue(1));
    });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url());
    for (int round = 1; round <= 3; ++round) {
        Ended ended;
        const auto task = follow(rpc.call(u"crash"_s), ended);
        QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
        QCOMPARE(ended.failure, RpcTransportError::Kind::ConnectionLost);
        Ended next;
        const auto task2 = follow(rpc.call(u"now"_s), next);
        QTRY_VERIFY_WITH_TIMEOUT(next.over, patience);
        QCOMPARE(next.result, QJsonValue(1));
        QCOMPARE(server.connections(), round + 1);
    }
}

void TestRpcClient::aCallWaitsForAServerThatIsNotThereYet()
{
    ScriptedServer server(RpcFraming::Newline, [&](QIODevice &peer, const RpcRequest &request) {
        server.answer(peer, request, QJsonValue(1));
    });
    QVERIFY(server.listen());
    const quint16 port = server.port();
    RpcClient rpc(*m_process, server.url(), {.timeout = 20s});
    server.close();
    Ended ended;
    const auto task = follow(rpc.call(u"now"_s), ended);
    QTest::qWait(300); // for a few tries that fail
    QVERIFY(!ended.over);
    QVERIFY(server.listen(port));
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(ended.result, QJsonValue(1));
}

void TestRpcClient::nobodyThereIsToldAfterTheTimeout()
{
    ScriptedServer server(RpcFraming::Newline, {});
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url(), {.timeout = 300ms});
    server.close();
    Ended ended;
    const auto task = follow(rpc.call(u"now"_s), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(ended.failure, RpcTransportError::Kind::Unreachable);
    QVERIFY2(ended.text.contains(u"refused"_s), qPrintable(ended.text));
}

void TestRpcClient::aStopCutsCallsShort()
{
    ScriptedServer server(RpcFraming::Newline, [](QIODevice &, const RpcRequest &) {});
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url());
    Ended ended;
    const auto task = follow(rpc.call(u"never"_s), ended);
    QTRY_COMPARE_WITH_TIMEOUT(server.received().size(), 1, patience);
    m_process->requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QVERIFY(ended.stopped);
    Ended next;
    const auto task2 = follow(rpc.call(u"never"_s), next);
    QTRY_VERIFY_WITH_TIMEOUT(next.over, patience);
    QVERIFY(next.stopped);
    QCOMPARE(server.received().size(), 1);
}

void TestRpcClient::theTokenIsShown_data()
{
    callsAreAnsweredInEveryFraming_data();
}

void TestRpcClient::theTokenIsShown()
{
    QFETCH(const RpcFraming, framing);
    ScriptedServer server(framing, [&](QIODevice &peer, const RpcRequest &request) {
        server.answer(peer, request, QJsonValue(true));
    });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url(), {.framing = framing, .token = "secret"});
    for (int i = 0; i < 2; ++i) {
        Ended ended;
        const auto task = follow(rpc.call(u"any"_s), ended);
        QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
        QCOMPARE(ended.result, QJsonValue(true));
    }
    const QList<RpcRequest> received = server.received();
    if (framing == RpcFraming::Swoft) {
        QCOMPARE(received.size(), 2);
        QCOMPARE(received.at(0).ext, (QJsonObject{{u"token"_s, u"secret"_s}}));
        QCOMPARE(received.at(1).ext, received.at(0).ext);
    } else {
        QCOMPARE(received.size(), 3);
        QCOMPARE(received.at(0).method, u"session.authenticate"_s);
        QCOMPARE(received.at(0).params, QJsonValue(QJsonObject{{u"token"_s, u"secret"_s}}));
    }
}

void TestRpcClient::whatIsNoAnswerEndsTheConnection_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<RpcTransportError::Kind>("failure");
    using Kind = RpcTransportError::Kind;
    QTest::newRow("words") << "hello\n"_ba << Kind::BadAnswer;
    QTest::newRow("JSON") << "{\"a\":1}\n"_ba << Kind::BadAnswer;
    QTest::newRow("deep") << QByteArray(100, '[') + '\n' << Kind::BadAnswer;
    QTest::newRow("endless") << QByteArray(3000, 'a') << Kind::ConnectionLost;
}

void TestRpcClient::whatIsNoAnswerEndsTheConnection()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const RpcTransportError::Kind, failure);
    ScriptedServer server(
        RpcFraming::Newline, [&](QIODevice &peer, const RpcRequest &) { peer.write(bytes); });
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url(), {.maximumAnswerBytes = 2000});
    Ended ended;
    const auto task = follow(rpc.call(u"any"_s), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(ended.failure, failure);
}

void TestRpcClient::aNotificationIsDoneOnceItIsSent()
{
    ScriptedServer server(RpcFraming::Newline, [](QIODevice &, const RpcRequest &) {});
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url());
    Ended ended;
    const auto task = follow(rpc.notify(u"log"_s, u"text"_s), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(ended.result, QJsonValue(QJsonValue::Null));
    QTRY_COMPARE_WITH_TIMEOUT(server.received().size(), 1, patience);
    QVERIFY(server.received().constFirst().isNotification());
}

void TestRpcClient::aUnixSocketWillDo()
{
    const QTemporaryDir folder;
    ScriptedServer server(RpcFraming::Newline, [&](QIODevice &peer, const RpcRequest &request) {
        server.answer(peer, request, QJsonValue(1));
    });
    QVERIFY(server.listen(folder.filePath(u"rpc"_s)));
    RpcClient rpc(*m_process, QUrl(u"unix:"_s + folder.filePath(u"rpc"_s)));
    Ended ended;
    const auto task = follow(rpc.call(u"any"_s), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QCOMPARE(ended.result, QJsonValue(1));
    RpcClient nobody(*m_process, QUrl(u"unix:"_s + folder.filePath(u"no"_s)), {.timeout = 200ms});
    Ended lost;
    const auto task2 = follow(nobody.call(u"any"_s), lost);
    QTRY_VERIFY_WITH_TIMEOUT(lost.over, patience);
    QCOMPARE(lost.failure, RpcTransportError::Kind::Unreachable);
}

void TestRpcClient::httpWillDo_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QByteArray>("outcome");
    const auto http = [](const char *status, const QByteArray &body) {
        return "HTTP/1.1 " + QByteArray(status)
            + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
    };
    QTest::newRow("result") << http("200 OK", R"({"jsonrpc":"2.0","result":3,"id":1})")
                            << "result"_ba;
    QTest::newRow("error") << http("401 Unauthorized",
        R"({"jsonrpc":"2.0","error":{"code":-32001,"message":"authentication needed"},"id":1})")
                           << "error"_ba;
    QTest::newRow("another's") << http("200 OK", R"({"jsonrpc":"2.0","result":3,"id":2})")
                               << "bad"_ba;
    QTest::newRow("a page") << http("404 Not Found", "<html>") << "bad"_ba;
    QTest::newRow("nothing") << http("204 No Content", "") << "bad"_ba;
}

void TestRpcClient::httpWillDo()
{
    QFETCH(const QByteArray, answer);
    QFETCH(const QByteArray, outcome);
    QTcpServer server;
    QByteArray received;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        QTcpSocket *peer = server.nextPendingConnection();
        connect(peer, &QIODevice::readyRead, peer, [&, peer] {
            received += peer->readAll();
            if (received.endsWith('}'))
                peer->write(answer);
        });
    });
    QVERIFY(server.listen(QHostAddress::LocalHost));
    RpcClient rpc(*m_process, QUrl(u"http://127.0.0.1:%1/rpc"_s.arg(server.serverPort())),
        {.token = "secret"});
    Ended ended;
    const auto task = follow(rpc.call(u"sum"_s, 1, 2), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QVERIFY(received.startsWith("POST /rpc HTTP/1.1\r\n"));
    const auto head = QString::fromLatin1(received);
    QVERIFY(head.contains(u"\r\nAuthorization: Bearer secret\r\n", Qt::CaseInsensitive));
    QVERIFY(received.endsWith("\r\n\r\n"
                              R"({"jsonrpc":"2.0","method":"sum","params":[1,2],"id":1})"));
    QCOMPARE(ended.result, outcome == "result" ? QJsonValue(3) : QJsonValue(QJsonValue::Undefined));
    QCOMPARE(ended.error.has_value(), outcome == "error");
    QCOMPARE(ended.failure.has_value(), outcome == "bad");
    if (outcome == "bad")
        QCOMPARE(*ended.failure, RpcTransportError::Kind::BadAnswer);
}

void TestRpcClient::aPostThatWasCutOffCountsAsSent()
{
    // QtNetwork sends it again by itself, and then finds nobody.
    QTcpServer server;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        QTcpSocket *peer = server.nextPendingConnection();
        connect(peer, &QIODevice::readyRead, peer, [&, peer] {
            if (!peer->readAll().endsWith('}'))
                return;
            server.close();
            peer->abort();
        });
    });
    QVERIFY(server.listen(QHostAddress::LocalHost));
    RpcClient rpc(*m_process, QUrl(u"http://127.0.0.1:%1/"_s.arg(server.serverPort())));
    Ended ended;
    const auto task = follow(rpc.call(u"sum"_s, 1, 2), ended);
    QTRY_VERIFY_WITH_TIMEOUT(ended.over, patience);
    QVERIFY2(ended.failure == RpcTransportError::Kind::ConnectionLost, qPrintable(ended.text));
}

void TestRpcClient::tooManyCallsAreRefused()
{
    ScriptedServer server(RpcFraming::Newline, [](QIODevice &, const RpcRequest &) {});
    QVERIFY(server.listen());
    RpcClient rpc(*m_process, server.url());
    std::vector<Ended> ended(1025);
    for (Ended &one : ended)
        follow(rpc.call(u"never"_s), one);
    QTRY_VERIFY_WITH_TIMEOUT(ended.back().over, patience);
    QCOMPARE(ended.back().failure, RpcTransportError::Kind::TooMany);
    QVERIFY(!ended.front().over);
    m_process->requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(
        std::ranges::all_of(ended, [](const Ended &one) { return one.over; }), patience);
}

void TestRpcClient::addressesThatAreNoneAreRefused_data()
{
    QTest::addColumn<QString>("address");
    for (const char *address : {"", "127.0.0.1:1", "tcp://127.0.0.1", "tcp://:1", "ftp://a:1",
             "unix:relative", "unix://host/path", "tcp://a:1/path"})
        QTest::newRow(address) << QString::fromLatin1(address);
}

void TestRpcClient::addressesThatAreNoneAreRefused()
{
    QFETCH(const QString, address);
    QVERIFY_EXCEPTION_THROWN(RpcClient(*m_process, QUrl(address)), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(RpcClient(*m_process, QUrl(u"tls://a:1"_s), {.authorities = "none"}),
        std::invalid_argument);
}

QTEST_GUILESS_MAIN(TestRpcClient)
#include "tst_rpcclient.moc"
