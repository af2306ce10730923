// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/websocketclient.h>

#include <semper/fakelink.h>
#include <semper/process.h>
#include <semper/systemclock.h>

#include "support/certificates.h"
#include "support/scriptedhttp.h"

#include <QCryptographicHash>
#include <QRegularExpression>
#include <QSslServer>
#include <QTest>
#include <QTimer>
#include <QWebSocket>
#include <QWebSocketServer>

#include <algorithm>
#include <functional>
#include <list>
#include <optional>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 20000;

/// How an await ended.
struct Outcome
{
    bool isOver = false;
    bool isStopped = false;
    std::optional<WebSocketError::Kind> kind = {};
    int closeCode = 0;
    QString what = {};
    WebSocketClient::Message message = {};
};

/// Awaits what \a begin begins.
QCoro::Task<> follow(std::function<QCoro::Task<>()> begin, Outcome &outcome)
{
    try {
        co_await begin();
    } catch (const WebSocketError &error) {
        outcome.kind = error.kind();
        outcome.closeCode = error.closeCode();
        outcome.what = QString::fromUtf8(error.what());
    } catch (const Stopped &) {
        outcome.isStopped = true;
    }
    outcome.isOver = true;
}

QCoro::Task<> receiveInto(WebSocketClient &socket, WebSocketClient::Message &message)
{
    const auto received = co_await socket.receive();
    message = received;
}

/// A server of QtWebSockets, which the test drives.
class Server
{
public:
    Server()
        : Server(QWebSocketServer::NonSecureMode)
    { }
    explicit Server(const QSslConfiguration &tls)
        : Server(QWebSocketServer::SecureMode)
    {
        server.setSslConfiguration(tls);
    }

    [[nodiscard]] bool listen(quint16 port = 0)
    {
        return server.listen(QHostAddress::LocalHost, port);
    }
    [[nodiscard]] QUrl url() const
    {
        return QUrl(u"ws://127.0.0.1:%1/live?token=1"_s.arg(server.serverPort()));
    }

    QWebSocketServer server;
    QList<QWebSocket *> peers; ///< oldest first
    QStringList texts;
    QList<QByteArray> binaries;
    std::function<void(QWebSocket &)> greet;

private:
    explicit Server(QWebSocketServer::SslMode mode)
        : server(u"test"_s, mode)
    {
        QObject::connect(&server, &QWebSocketServer::newConnection, &server, [this] {
            while (QWebSocket *peer = server.nextPendingConnection()) {
                peers.append(peer);
                QObject::connect(peer, &QWebSocket::textMessageReceived, peer,
                    [this](const QString &text) { texts.append(text); });
                QObject::connect(peer, &QWebSocket::binaryMessageReceived, peer,
                    [this](const QByteArray &bytes) { binaries.append(bytes); });
                if (greet)
                    greet(*peer);
            }
        });
    }
};

void closeWith(QWebSocket &peer, int code, const QString &reason)
{
    peer.close(QWebSocketProtocol::CloseCode(code), reason);
}

/// Shakes hands as RFC 6455 asks for, and then does nothing of the protocol.
void shakeHands(QTcpSocket &peer, const RawRequest &request)
{
    const QByteArray accept = QCryptographicHash::hash(
        request.header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
        QCryptographicHash::Sha1)
                                  .toBase64();
    peer.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: "
        + accept + "\r\n\r\n");
}

} // namespace

class TestWebSocketClient : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void messagesGoBothWays();
    void theHandshakeCarriesWhatWasSet();
    void anAddressThatIsNoneIsRefused();
    void nobodyThereIsToldInTime();
    void itConnectsOnceSomebodyListens();
    void whoSpeaksNoWebSocketIsUnreachable_data();
    void whoSpeaksNoWebSocketIsUnreachable();
    void aHandshakeThatDoesNotEndTimesOut();
    void aLossIsToldToWhoeverWaitsAndThenItGoesOn();
    void aLossIsToldBehindWhatHadArrived();
    void aNewConnectionThatWasAwaitedHidesTheLoss();
    void aLossWithoutAWordHasACodeOfItsOwn();
    void withoutReconnectingAwaitsFailAtOnce();
    void withoutAConnectionNothingIsSentAndTheLoopRuns();
    void aMessageThatIsTooLargeEndsTheConnection();
    void tooManyMessagesAreTold();
    void tooMuchThatWaitsToBeSentIsTold();
    void whoGivesNoSignOfLifeIsLost();
    void whoTakesNothingIsLost();
    void whoTakesNothingOfWhatIsEncryptedIsLost();
    void ofTwoThatAreLateTheSecondLeavesTheNextConnectionAlone();
    void behindAGoodbyeNothingIsSent();
    void withOneDelayItConnectsAgain();
    void aStopEndsEveryAwait();
    void closingTellsTheOtherSide();
    void whomNobodyVouchesForIsNotSpokenTo();
    void anAuthorityOfOnesOwnIsBelieved();
    void aClientMayGoWhileItIsAwaited();

private:
    using Kind = WebSocketError::Kind;

    [[nodiscard]] Outcome await(std::function<QCoro::Task<>()> begin)
    {
        Outcome outcome;
        const auto task = follow(std::move(begin), outcome);
        if (!QTest::qWaitFor([&] { return outcome.isOver; }, patience))
            qFatal("an await did not end");
        return outcome;
    }
    [[nodiscard]] Outcome connected()
    {
        return await([this] { return m_socket->connected(); });
    }
    [[nodiscard]] Outcome received()
    {
        WebSocketClient::Message message;
        Outcome outcome = await([&] { return receiveInto(*m_socket, message); });
        outcome.message = message;
        return outcome;
    }
    [[nodiscard]] Outcome sent(const QByteArray &bytes)
    {
        return await([&] { return m_socket->send(bytes); });
    }
    void makeSocket(const QUrl &url)
    {
        m_socket = std::make_unique<WebSocketClient>(*m_process, url);
        m_socket->setReconnectDelays(1ms, 20ms);
        m_socket->setTimeout(std::chrono::milliseconds(patience));
    }

    FakeLink m_link;
    SystemClock m_clock;
    std::unique_ptr<Process> m_process;
    std::unique_ptr<WebSocketClient> m_socket;
    Certificates m_certificates;
};

void TestWebSocketClient::initTestCase()
{
    QVERIFY(m_certificates.make(u"authority"_s, u"authority"_s));
    QVERIFY(
        m_certificates.makeSigned(u"server"_s, u"localhost"_s, u"authority"_s, u"DNS:localhost"_s));
}

void TestWebSocketClient::init()
{
    QTest::failOnWarning(QRegularExpression(u".*"_s));
    m_process = std::make_unique<Process>(u"test"_s, 0, QJsonObject(), m_link, m_clock);
}

void TestWebSocketClient::cleanup()
{
    m_socket.reset();
    m_process.reset();
}

void TestWebSocketClient::messagesGoBothWays()
{
    Server server;
    QVERIFY(server.listen());
    makeSocket(server.url());
    QVERIFY(!m_socket->isConnected());
    QCOMPARE(connected().what, QString());
    QVERIFY(m_socket->isConnected());

    QCOMPARE(await([this] { return m_socket->send(u"grüße"_s); }).what, QString());
    const QJsonObject object{{u"id"_s, 7}};
    QCOMPARE(await([&] { return m_socket->send(object); }).what, QString());
    const QByteArray bytes(3'000'000, '\x80');
    QCOMPARE(sent(bytes).what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.binaries, QList<QByteArray>{bytes}, patience);
    QCOMPARE(server.texts, (QStringList{u"grüße"_s, u"{\"id\":7}"_s}));

    server.peers.first()->sendTextMessage(u"{\"ä\": 1}"_s);
    server.peers.first()->sendBinaryMessage(bytes);
    const Outcome text = received();
    QVERIFY(text.message.isText);
    QCOMPARE(text.message.text(), u"{\"ä\": 1}"_s);
    QCOMPARE(text.message.json(), (QJsonObject{{u"ä"_s, 1}}));
    const Outcome binary = received();
    QVERIFY(!binary.message.isText);
    QCOMPARE(binary.message.bytes, bytes);
    QCOMPARE(binary.message.json(), QJsonObject());
}

void TestWebSocketClient::theHandshakeCarriesWhatWasSet()
{
    Server server;
    server.server.setSupportedSubprotocols({u"orders.v1"_s, u"orders.v2"_s});
    QVERIFY(server.listen());
    makeSocket(server.url());
    m_socket->setBearerToken("secret\n");
    m_socket->setHeader("X-Shop", "7");
    m_socket->setSubprotocols({u"orders.v3"_s, u"orders.v2"_s});
    QVERIFY_EXCEPTION_THROWN(m_socket->setHeader("X", "a\r\nY: b"), std::invalid_argument);
    QCOMPARE(connected().what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 1, patience);
    const QNetworkRequest request = server.peers.first()->request();
    QCOMPARE(request.rawHeader("Authorization"), "Bearer secret");
    QCOMPARE(request.rawHeader("X-Shop"), "7");
    QCOMPARE(m_socket->subprotocol(), u"orders.v2"_s);
}

void TestWebSocketClient::anAddressThatIsNoneIsRefused()
{
    for (const QString &url : {u"http://127.0.0.1/"_s, u"ws:///path"_s, QString()})
        QVERIFY_EXCEPTION_THROWN(WebSocketClient(*m_process, QUrl(url)), std::invalid_argument);
}

void TestWebSocketClient::nobodyThereIsToldInTime()
{
    Server server;
    QVERIFY(server.listen());
    makeSocket(server.url());
    server.server.close();
    m_socket->setTimeout(300ms);
    const Outcome outcome = connected();
    QVERIFY(outcome.kind);
    QVERIFY2(*outcome.kind == Kind::Unreachable, qPrintable(outcome.what));
    QVERIFY2(!outcome.what.contains(u"token"_s), qPrintable(outcome.what));
}

void TestWebSocketClient::itConnectsOnceSomebodyListens()
{
    Server server;
    QVERIFY(server.listen());
    const QUrl url = server.url();
    server.server.close();
    makeSocket(url);
    Outcome outcome;
    const auto task = follow([this] { return m_socket->connected(); }, outcome);
    QTest::qWait(50); // some tries fail, and if they did not, it would hold all the same
    QVERIFY(!outcome.isOver);
    QVERIFY(server.listen(quint16(url.port())));
    QTRY_VERIFY_WITH_TIMEOUT(outcome.isOver, patience);
    QVERIFY(m_socket->isConnected());
}

void TestWebSocketClient::whoSpeaksNoWebSocketIsUnreachable_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *name, const QByteArray &answer, const char16_t *why) {
        QTest::newRow(name) << answer << QString::fromUtf16(why);
    };
    row("no challenge", "401 Unauthorized\r\n", u"answered with 401 Unauthorized");
    row("a bearer's", "401 Unauthorized\r\nWWW-Authenticate: Bearer\r\n",
        u"answered with 401 Unauthorized");
    row("a password's", "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a\"\r\n",
        u"answered with 401 Unauthorized");
    row("bad", "400 Bad Request\r\n", u"answered with 400 Bad Request");
    row("forbidden", "403 Forbidden\r\n", u"answered with 403 Forbidden");
    row("elsewhere", "302 Found\r\nLocation: /there\r\n", u"answered with 302 Found");
    row("a page", "200 OK\r\n", u"answered with 200 OK");
    row("without words", "503\r\n", u"answered with 503");
}

void TestWebSocketClient::whoSpeaksNoWebSocketIsUnreachable()
{
    QFETCH(const QByteArray, answer);
    QFETCH(const QString, why);
    ScriptedHttp server([&answer](QTcpSocket &peer, const RawRequest &) {
        peer.write("HTTP/1.1 " + answer + "Content-Length: 2\r\n\r\nno");
    });
    makeSocket(server.url(u"/"_s, u"ws"_s));
    m_socket->setReconnectDelays(0ms, 0ms);
    const Outcome outcome = connected();
    QVERIFY(outcome.kind);
    QCOMPARE(*outcome.kind, Kind::Unreachable);
    QVERIFY2(outcome.what.endsWith(why), qPrintable(outcome.what));
    QCOMPARE(server.requests.size(), 1);
}

void TestWebSocketClient::aHandshakeThatDoesNotEndTimesOut()
{
    ScriptedHttp server([](QTcpSocket &peer, const RawRequest &) { peer.write("HTTP/1.1 101"); });
    makeSocket(server.url(u"/"_s, u"ws"_s));
    m_socket->setReconnectDelays(0ms, 0ms);
    m_socket->setTimeout(200ms);
    const Outcome outcome = connected();
    QVERIFY(outcome.kind);
    QCOMPARE(*outcome.kind, Kind::Timeout);
    QTRY_COMPARE_WITH_TIMEOUT(server.gone, 1, patience);
}

void TestWebSocketClient::aLossIsToldToWhoeverWaitsAndThenItGoesOn()
{
    Server server;
    server.greet = [](QWebSocket &peer) { peer.sendTextMessage(u"welcome"_s); };
    QVERIFY(server.listen());
    makeSocket(server.url());
    QCOMPARE(connected().what, QString());
    QCOMPARE(received().message.text(), u"welcome"_s);

    WebSocketClient::Message message;
    Outcome lost;
    const auto task = follow([&] { return receiveInto(*m_socket, message); }, lost);
    closeWith(*server.peers.first(), 4001, u"maintenance"_s);
    QTRY_VERIFY_WITH_TIMEOUT(lost.isOver, patience);
    QVERIFY(lost.kind);
    QCOMPARE(*lost.kind, Kind::Closed);
    QCOMPARE(lost.closeCode, 4001);
    QVERIFY2(lost.what.contains(u"maintenance"_s), qPrintable(lost.what));

    // No other await is needed for it to connect again.
    QCOMPARE(received().message.text(), u"welcome"_s);
    QCOMPARE(server.peers.size(), 2);
}

void TestWebSocketClient::aLossIsToldBehindWhatHadArrived()
{
    Server server;
    server.greet = [&](QWebSocket &peer) {
        if (server.peers.size() > 1)
            return;
        peer.sendTextMessage(u"one"_s);
        peer.sendTextMessage(u"two"_s);
        peer.close(QWebSocketProtocol::CloseCodeGoingAway);
    };
    QVERIFY(server.listen());
    makeSocket(server.url());
    QCOMPARE(connected().what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 2, patience);
    server.peers.last()->sendTextMessage(u"three"_s);
    QCOMPARE(received().message.text(), u"one"_s);
    QCOMPARE(received().message.text(), u"two"_s);
    const Outcome lost = received();
    QVERIFY(lost.kind);
    QCOMPARE(lost.closeCode, 1001);
    QCOMPARE(received().message.text(), u"three"_s);
}

void TestWebSocketClient::aNewConnectionThatWasAwaitedHidesTheLoss()
{
    Server server;
    QVERIFY(server.listen());
    makeSocket(server.url());
    QCOMPARE(connected().what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 1, patience);
    server.peers.first()->close();
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 2, patience);
    QCOMPARE(connected().what, QString());
    server.peers.last()->sendTextMessage(u"new"_s);
    const Outcome outcome = received();
    QCOMPARE(outcome.what, QString());
    QCOMPARE(outcome.message.text(), u"new"_s);
}

void TestWebSocketClient::aLossWithoutAWordHasACodeOfItsOwn()
{
    ScriptedHttp server([](QTcpSocket &peer, const RawRequest &request) {
        shakeHands(peer, request);
        peer.disconnectFromHost();
    });
    makeSocket(server.url(u"/"_s, u"ws"_s));
    m_socket->setReconnectDelays(0ms, 0ms);
    static_cast<void>(connected());
    const Outcome lost = received();
    QVERIFY(lost.kind);
    QVERIFY2(*lost.kind == Kind::Closed, qPrintable(lost.what));
    QCOMPARE(lost.closeCode, 1006);
}

void TestWebSocketClient::withoutReconnectingAwaitsFailAtOnce()
{
    Server server;
    QVERIFY(server.listen());
    makeSocket(server.url());
    m_socket->setReconnectDelays(0ms, 0ms);
    QCOMPARE(connected().what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 1, patience);
    server.peers.first()->close();
    QCOMPARE(received().kind, Kind::Closed);
    QCOMPARE(received().kind, Kind::NotConnected);
    QCOMPARE(sent("a").kind, Kind::NotConnected);
    QCOMPARE(server.peers.size(), 1);
    QCOMPARE(connected().what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 2, patience);
}

namespace {

/// Tries again for ever, and at once.
QCoro::Task<> sendStubbornly(WebSocketClient &socket, bool &isEnough)
{
    while (!isEnough) {
        try {
            co_await socket.send(QByteArray("a"));
        } catch (const WebSocketError &) { }
    }
}

} // namespace

void TestWebSocketClient::withoutAConnectionNothingIsSentAndTheLoopRuns()
{
    makeSocket(QUrl(u"ws://127.0.0.1:1/"_s));
    bool isEnough = false;
    QTimer::singleShot(20ms, this, [&] { isEnough = true; });
    const auto task = sendStubbornly(*m_socket, isEnough);
    QTRY_VERIFY_WITH_TIMEOUT(task.isReady(), patience);
}

void TestWebSocketClient::aMessageThatIsTooLargeEndsTheConnection()
{
    Server server;
    server.greet = [](QWebSocket &peer) { peer.sendTextMessage(QString(1001, u'x')); };
    QVERIFY(server.listen());
    makeSocket(server.url());
    m_socket->setMaximumMessageBytes(1000);
    m_socket->setReconnectDelays(0ms, 0ms);
    QCOMPARE(connected().what, QString());
    const Outcome lost = received();
    QVERIFY(lost.kind);
    QVERIFY2(*lost.kind == Kind::TooLarge, qPrintable(lost.what));
    QCOMPARE(lost.closeCode, 1009);
}

void TestWebSocketClient::tooManyMessagesAreTold()
{
    Server server;
    server.greet = [](QWebSocket &peer) {
        for (int i = 0; i < 10; ++i)
            peer.sendTextMessage(QString::number(i));
    };
    QVERIFY(server.listen());
    makeSocket(server.url());
    m_socket->setMaximumQueue(3, 1000);
    m_socket->setReconnectDelays(0ms, 0ms);
    QCOMPARE(connected().what, QString());
    QTRY_VERIFY_WITH_TIMEOUT(!m_socket->isConnected(), patience);
    for (int i = 0; i < 3; ++i)
        QCOMPARE(received().message.text(), QString::number(i));
    const Outcome lost = received();
    QVERIFY(lost.kind);
    QCOMPARE(*lost.kind, Kind::Overflow);
    QTRY_COMPARE_WITH_TIMEOUT(int(server.peers.first()->closeCode()), 1008, patience);
}

void TestWebSocketClient::tooMuchThatWaitsToBeSentIsTold()
{
    Server server;
    QVERIFY(server.listen());
    makeSocket(server.url());
    m_socket->setMaximumQueue(256, 16 * 1024 * 1024);
    QCOMPARE(connected().what, QString());
    // Nothing is read before the event loop turns.
    const QByteArray much(12 * 1024 * 1024, 'x');
    Outcome first;
    Outcome second;
    const auto sending = follow([&] { return m_socket->send(much); }, first);
    const auto refused = follow([&] { return m_socket->send(much); }, second);
    QTRY_VERIFY_WITH_TIMEOUT(first.isOver && second.isOver, patience);
    QVERIFY(second.kind);
    QCOMPARE(*second.kind, Kind::Overflow);
    QVERIFY(m_socket->isConnected());
    QCOMPARE(first.what, QString());
    const Outcome third = sent(much); // there is room again
    QCOMPARE(third.what, QString());
}

void TestWebSocketClient::whoGivesNoSignOfLifeIsLost()
{
    ScriptedHttp server(shakeHands);
    makeSocket(server.url(u"/"_s, u"ws"_s));
    m_socket->setReconnectDelays(0ms, 0ms);
    m_socket->setPingInterval(50ms);
    QCOMPARE(connected().what, QString());
    const Outcome lost = received();
    QVERIFY(lost.kind);
    QCOMPARE(*lost.kind, Kind::Closed);
    QVERIFY2(lost.what.contains(u"sign of life"_s), qPrintable(lost.what));
    QTRY_COMPARE_WITH_TIMEOUT(server.gone, 1, patience);

    // Of a server that answers pings nothing is lost, however silent it is otherwise.
    Server lively;
    QVERIFY(lively.listen());
    makeSocket(lively.url());
    m_socket->setPingInterval(250ms);
    QCOMPARE(connected().what, QString());
    int turns = 0;
    QTimer timer;
    connect(&timer, &QTimer::timeout, this, [&] { ++turns; });
    timer.start(250ms);
    QTRY_VERIFY_WITH_TIMEOUT(turns >= 8, patience);
    QCOMPARE(lively.peers.size(), 1);
}

void TestWebSocketClient::whoTakesNothingIsLost()
{
    ScriptedHttp server([](QTcpSocket &peer, const RawRequest &request) {
        shakeHands(peer, request);
        peer.disconnect(SIGNAL(readyRead()));
        peer.setReadBufferSize(1);
    });
    makeSocket(server.url(u"/"_s, u"ws"_s));
    m_socket->setReconnectDelays(0ms, 0ms);
    m_socket->setTimeout(500ms);
    QCOMPARE(connected().what, QString());
    const Outcome outcome = sent(QByteArray(64 * 1024 * 1024, 'x'));
    QVERIFY(outcome.kind);
    QVERIFY2(*outcome.kind == Kind::Timeout, qPrintable(outcome.what));
    QVERIFY(!m_socket->isConnected());
}

namespace {

void shakeHandsAndTakeNothing(QTcpSocket &peer, const RawRequest &request)
{
    shakeHands(peer, request);
    peer.disconnect(SIGNAL(readyRead()));
    peer.setReadBufferSize(1);
}

/// Sends, which fails, and connects anew.
QCoro::Task<> sendAndConnect(WebSocketClient &socket, Outcome &sent, Outcome &connected)
{
    co_await follow([&] { return socket.send(QByteArray(64 * 1024 * 1024, 'x')); }, sent);
    co_await follow([&] { return socket.connected(); }, connected);
}

} // namespace

void TestWebSocketClient::whoTakesNothingOfWhatIsEncryptedIsLost()
{
    auto tls = std::make_unique<QSslServer>();
    tls->setSslConfiguration(m_certificates.tls(u"server"_s));
    ScriptedHttp server(shakeHandsAndTakeNothing, std::move(tls));
    makeSocket(QUrl(u"wss://localhost:%1/"_s.arg(server.port())));
    m_socket->addAuthorities(m_certificates.pem(u"authority"_s));
    m_socket->setReconnectDelays(0ms, 0ms);
    m_socket->setTimeout(3s);
    QCOMPARE(connected().what, QString());
    const Outcome outcome = sent(QByteArray(64 * 1024 * 1024, 'x'));
    QVERIFY(outcome.kind);
    QVERIFY2(*outcome.kind == Kind::Timeout, qPrintable(outcome.what));
}

void TestWebSocketClient::ofTwoThatAreLateTheSecondLeavesTheNextConnectionAlone()
{
    ScriptedHttp server(shakeHandsAndTakeNothing);
    makeSocket(server.url(u"/"_s, u"ws"_s));
    m_socket->setReconnectDelays(0ms, 0ms);
    m_socket->setTimeout(500ms);
    QCOMPARE(connected().what, QString());
    Outcome first;
    Outcome again;
    Outcome second;
    const auto one = sendAndConnect(*m_socket, first, again);
    const auto two = follow([&] { return m_socket->send(QByteArray("y")); }, second);
    QTRY_VERIFY_WITH_TIMEOUT(again.isOver && second.isOver, patience);
    QCOMPARE(first.kind, Kind::Timeout);
    QVERIFY(second.kind);
    QCOMPARE(again.what, QString());
    QVERIFY(m_socket->isConnected());
    QCOMPARE(server.requests.size(), 2);
}

void TestWebSocketClient::behindAGoodbyeNothingIsSent()
{
    QTcpSocket *peer = nullptr;
    ScriptedHttp server([&](QTcpSocket &socket, const RawRequest &request) {
        shakeHandsAndTakeNothing(socket, request);
        peer = &socket;
    });
    makeSocket(server.url(u"/"_s, u"ws"_s));
    m_socket->setReconnectDelays(0ms, 0ms);
    QCOMPARE(connected().what, QString());
    // Qt keeps the connection until this is written, and drops what is sent behind the goodbye.
    Outcome large;
    const auto first
        = follow([this] { return m_socket->send(QByteArray(64 * 1024 * 1024, 'x')); }, large);
    peer->write(QByteArray::fromHex("880203e8"));
    std::list<Outcome> small;
    QTRY_VERIFY_WITH_TIMEOUT(
        (follow([this] { return m_socket->send(QByteArray("y")); }, small.emplace_back()),
            std::ranges::any_of(
                small, [](const Outcome &one) { return one.kind == Kind::NotConnected; })),
        patience);
    QVERIFY(m_socket->isConnected());
    Outcome again;
    const auto task = follow([this] { return m_socket->connected(); }, again);
    QTest::qWait(1);
    QVERIFY(!again.isOver); // that connection is as good as gone
    peer->abort();
    QTRY_VERIFY_WITH_TIMEOUT(again.isOver && large.isOver, patience);
    QTRY_VERIFY_WITH_TIMEOUT(
        std::ranges::all_of(small, [](const Outcome &one) { return one.isOver; }), patience);
}

void TestWebSocketClient::withOneDelayItConnectsAgain()
{
    Server server;
    QVERIFY(server.listen());
    makeSocket(server.url());
    m_socket->setReconnectDelays(1ms, 0ms);
    QCOMPARE(connected().what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 1, patience);
    server.peers.first()->close();
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 2, patience);
}

void TestWebSocketClient::aStopEndsEveryAwait()
{
    ScriptedHttp server([](QTcpSocket &, const RawRequest &) {});
    makeSocket(server.url(u"/"_s, u"ws"_s));
    Outcome opening;
    Outcome receiving;
    WebSocketClient::Message message;
    const auto first = follow([this] { return m_socket->connected(); }, opening);
    const auto second = follow([&] { return receiveInto(*m_socket, message); }, receiving);
    QTRY_COMPARE_WITH_TIMEOUT(server.requests.size(), 1, patience);
    m_process->requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(opening.isOver && receiving.isOver, patience);
    QVERIFY(opening.isStopped && receiving.isStopped);
    QVERIFY(sent("a").isStopped);
    QTRY_COMPARE_WITH_TIMEOUT(server.gone, 1, patience);
    QCOMPARE(server.requests.size(), 1);
}

void TestWebSocketClient::closingTellsTheOtherSide()
{
    Server server;
    QVERIFY(server.listen());
    makeSocket(server.url());
    QCOMPARE(connected().what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 1, patience);
    QCOMPARE(await([this] { return m_socket->close(4002, u"enough"_s); }).what, QString());
    QVERIFY(!m_socket->isConnected());
    QTRY_COMPARE_WITH_TIMEOUT(int(server.peers.first()->closeCode()), 4002, patience);
    QCOMPARE(server.peers.first()->closeReason(), u"enough"_s);
    QCOMPARE(received().kind, Kind::NotConnected);
    QCOMPARE(connected().what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 2, patience);
}

void TestWebSocketClient::whomNobodyVouchesForIsNotSpokenTo()
{
    Server server(m_certificates.tls(u"server"_s));
    QVERIFY(server.listen());
    makeSocket(QUrl(u"wss://localhost:%1/"_s.arg(server.server.serverPort())));
    m_socket->setReconnectDelays(0ms, 0ms);
    const Outcome outcome = connected();
    QVERIFY(outcome.kind);
    QVERIFY2(*outcome.kind == Kind::Tls, qPrintable(outcome.what));
    QVERIFY2(outcome.what.contains(u"certificate"_s), qPrintable(outcome.what));
    QVERIFY(server.peers.isEmpty());
}

void TestWebSocketClient::anAuthorityOfOnesOwnIsBelieved()
{
    Server server(m_certificates.tls(u"server"_s));
    server.greet = [](QWebSocket &peer) { peer.sendTextMessage(u"welcome"_s); };
    QVERIFY(server.listen());
    makeSocket(QUrl(u"wss://localhost:%1/"_s.arg(server.server.serverPort())));
    m_socket->addAuthorities(m_certificates.pem(u"authority"_s));
    QCOMPARE(connected().what, QString());
    QCOMPARE(received().message.text(), u"welcome"_s);
}

void TestWebSocketClient::aClientMayGoWhileItIsAwaited()
{
    Server server;
    QVERIFY(server.listen());
    makeSocket(server.url());
    QCOMPARE(connected().what, QString());
    QTRY_COMPARE_WITH_TIMEOUT(server.peers.size(), 1, patience);
    Outcome receiving;
    WebSocketClient::Message message;
    const auto task = follow([&] { return receiveInto(*m_socket, message); }, receiving);
    m_socket.reset();
    QTRY_VERIFY_WITH_TIMEOUT(receiving.isOver, patience);
    QCOMPARE(receiving.kind, Kind::NotConnected);
    QTRY_COMPARE_WITH_TIMEOUT(int(server.peers.first()->closeCode()), 1001, patience);
}

QTEST_GUILESS_MAIN(TestWebSocketClient)
#include "tst_websocketclient.moc"
