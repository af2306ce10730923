// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"
#include "support/certificates.h"
#include "support/websocketbytes.h"

#include <semper/httpservice.h>
#include <semper/websocketservice.h>

#include <QCoro/QCoroTimer>

#include <QEventLoop>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkRequest>
#include <QSignalSpy>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QTest>
#include <QTimer>
#include <QUrl>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <memory>
#include <stdexcept>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;
using semper::test::ClientFrame;
using semper::test::textFrame;
using semper::test::webSocketHandshake;

namespace {

constexpr int patience = 10000;
constexpr int continuation = 0x0;
constexpr int binary = 0x2;
constexpr int closing = 0x8;
constexpr int ping = 0x9;

quint16 portOf(const Service &service)
{
    return static_cast<quint16>(QUrl(service.addresses().value(0)).port());
}

/// What the server sent behind its 101.
QByteArray framesOf(const RawClient &client)
{
    return client.status() == 101 ? client.body() : QByteArray();
}

/// The close code at the end of what the server sent; 0 where there is none.
int closeCode(const RawClient &client)
{
    const QByteArray frames = framesOf(client);
    for (qsizetype at = 0; at + 4 <= frames.size();) {
        const int length = frames.at(at + 1) & 0x7f; // all are short here
        if ((frames.at(at) & 0x0f) == closing && length >= 2)
            return qFromBigEndian<quint16>(frames.constData() + at + 2);
        at += 2 + length;
    }
    return 0;
}

/// An unmasked text frame, as a server sends it.
QByteArray serverText(const QByteArray &text)
{
    return ClientFrame{.payload = text, .masked = false}.bytes();
}

void echo(const Peer &peer, const Message &message)
{
    if (message.isText)
        peer.sendText(message.text());
    else
        peer.send(message.bytes);
}

std::unique_ptr<WebSocketService> echoService(WebSocketService::Options options = {})
{
    options.listen = u"127.0.0.1:0"_s;
    auto service = std::make_unique<WebSocketService>(u"live"_s, options);
    service->onMessage(echo);
    return service;
}

} // namespace

class TestWebSocketService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theHandshakeOfTheRfcIsAnswered();
    void whatIsNoWebSocketIsRefused_data();
    void whatIsNoWebSocketIsRefused();
    void aSlowHandshakeIsEnded();
    void messagesAreAnswered_data();
    void messagesAreAnswered();
    void pingsAreAnswered();
    void whatBreaksARuleIsClosedWithItsCode_data();
    void whatBreaksARuleIsClosedWithItsCode();
    void aCloseIsAnsweredInKind();
    void aClientThatLeavesWithoutAWordIsForgotten();
    void pagesOfOtherOriginsAreRefused_data();
    void pagesOfOtherOriginsAreRefused();
    void subprotocolsAreAgreedOn();
    void clientsOfQtAreServed();
    void clientsAreServedOverTls();
    void framesBeforeTheAnswerAreNotLost();
    void withoutAHandlerAMessageIsAnError();
    void coroutinesAnswerOneMessageAfterTheOther();
    void aHandlerThatThrowsClosesWith1011();
    void aSilentClientIsPingedAndThenGivenUp();
    void halfAMessageIsNotWaitedForForEver_data();
    void halfAMessageIsNotWaitedForForEver();
    void aClientThatDoesNotReadIsCutOff();
    void aPeerIsClosedAsTheHandlerHasIt();
    void reservedCodesAreNotSaid_data();
    void reservedCodesAreNotSaid();
    void aPeerThatIsClosedIsSentEverythingFirst();
    void aConnectionIsClosedByItsIdWith1001();
    void peersAreReachedByIdAndAllTogether();
    void aClientMayGoWhileAHandlerLetsTheEventLoopTurn();
    void anHttpServiceHasWebSocketsAtItsPaths();
};

void TestWebSocketService::theHandshakeOfTheRfcIsAnswered()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    QVERIFY(service->addresses().value(0).startsWith(u"ws://127.0.0.1:"_s));
    RawClient client(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    QVERIFY(client.received().contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    QVERIFY(!client.received().contains("Sec-WebSocket-Protocol"));
}

void TestWebSocketService::whatIsNoWebSocketIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    QTest::newRow("plain HTTP") << "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"_ba << 426;
    QTest::newRow("POST") << "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"_ba
                          << 426;
    QTest::newRow("old version") << webSocketHandshake().replace("Version: 13", "Version: 8")
                                 << 426;
    QTest::newRow("no key") << webSocketHandshake().replace("-Key", "-Kex") << 400;
    QTest::newRow("nonsense") << "\x16\x03\x01\x02\x00"_ba << 400;
    QTest::newRow("large head") << webSocketHandshake("/", "X: " + QByteArray(20'000, 'x') + "\r\n")
                                << 431;
    QTest::newRow("wrong path") << webSocketHandshake("/../x") << 400;
}

void TestWebSocketService::whatIsNoWebSocketIsRefused()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const int, status);
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), bytes);
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), status, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.answers(), 1);
}

void TestWebSocketService::aSlowHandshakeIsEnded()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), webSocketHandshake().chopped(2));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 408, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
}

void TestWebSocketService::messagesAreAnswered_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("received");
    const auto row = [](const char *name, const QByteArray &sent, const QByteArray &received) {
        QTest::newRow(name) << sent << received;
    };
    const QByteArray bytes = "\0\xff\n\x80"_ba;
    row("text", textFrame("hello"), serverText("hello"));
    row("empty", textFrame(""), serverText(""));
    row("UTF-8", textFrame("\xc3\xa4\xf0\x9f\x98\x80"), serverText("\xc3\xa4\xf0\x9f\x98\x80"));
    row("binary", ClientFrame{.opcode = binary, .payload = bytes}.bytes(),
        ClientFrame{.opcode = binary, .payload = bytes, .masked = false}.bytes());
    row("two", textFrame("a") + textFrame("b"), serverText("a") + serverText("b"));
    row("fragments",
        ClientFrame{.payload = "ab\xc3", .final = false}.bytes()
            + ClientFrame{.opcode = continuation, .payload = "\xa4", .final = false}.bytes()
            + ClientFrame{.opcode = continuation, .payload = "cd"}.bytes(),
        serverText("ab\xc3\xa4"
                   "cd"));
    row("large", textFrame(QByteArray(200'000, 'x')), serverText(QByteArray(200'000, 'x')));
}

void TestWebSocketService::messagesAreAnswered()
{
    QFETCH(const QByteArray, sent);
    QFETCH(const QByteArray, received);
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient whole(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(whole.status(), 101, patience);
    whole.send(sent);
    QTRY_COMPARE_WITH_TIMEOUT(framesOf(whole), received, patience);

    RawClient inPieces(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(inPieces.status(), 101, patience);
    const qsizetype step = std::max<qsizetype>(1, sent.size() / 50);
    for (qsizetype at = 0; at < sent.size(); at += step) {
        inPieces.send(sent.sliced(at, std::min(step, sent.size() - at)));
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE_WITH_TIMEOUT(framesOf(inPieces), received, patience);
}

void TestWebSocketService::pingsAreAnswered()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    // In the middle of a message too.
    client.send(ClientFrame{.payload = "a", .final = false}.bytes()
        + ClientFrame{.opcode = ping, .payload = "?!"}.bytes()
        + ClientFrame{.opcode = continuation, .payload = "b"}.bytes());
    QTRY_COMPARE_WITH_TIMEOUT(framesOf(client), "\x8a\2?!"_ba + serverText("ab"), patience);
}

void TestWebSocketService::whatBreaksARuleIsClosedWithItsCode_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const QByteArray &bytes, int code) {
        QTest::newRow(name) << bytes << code;
    };
    row("no mask", ClientFrame{.payload = "x", .masked = false}.bytes(), 1002);
    row("bad opcode", ClientFrame{.opcode = 0x5}.bytes(), 1002);
    row("reserved bits", ClientFrame{.payload = "x", .reserved = 7}.bytes(), 1002);
    row("not UTF-8", textFrame("\xff\xfe"), 1007);
    row("too big", textFrame(QByteArray(5000, 'x')), 1009);
    row("too big by far", textFrame(QByteArray(3'000'000, 'x')), 1009);
    row("too big by its head", ClientFrame{.claimedBytes = qint64(1) << 40}.bytes(), 1009);
    row("too big in fragments",
        (ClientFrame{.payload = QByteArray(3000, 'x'), .final = false}.bytes()
            + ClientFrame{.opcode = continuation, .payload = QByteArray(3000, 'x')}.bytes()),
        1009);
    row("long ping", ClientFrame{.opcode = ping, .payload = QByteArray(126, 'x')}.bytes(), 1002);
    row("close of one byte", ClientFrame{.opcode = closing, .payload = "x"}.bytes(), 1002);
    row("nonsense", QByteArray(1000, '\xff'), 1002);
}

void TestWebSocketService::whatBreaksARuleIsClosedWithItsCode()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const int, code);
    const auto service = echoService({.limits = {.messageMaxBytes = 4096}});
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    // What follows it is lost, but not the close frame.
    client.send(textFrame("before") + bytes + textFrame("after"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY(framesOf(client).startsWith(serverText("before")));
    QCOMPARE(closeCode(client), code);
    QVERIFY(!framesOf(client).contains("after"));
    QTRY_COMPARE_WITH_TIMEOUT(service->connectionCount(), 0, patience);
}

void TestWebSocketService::aCloseIsAnsweredInKind()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    client.send(ClientFrame{.opcode = closing, .payload = "\x0f\xa1 done"}.bytes());
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(closeCode(client), 4001);
}

void TestWebSocketService::aClientThatLeavesWithoutAWordIsForgotten()
{
    const auto service = echoService();
    QList<quint64> went;
    service->endpoint().onDisconnected([&](const Peer &peer) { went.append(peer.id()); });
    QCOMPARE(service->listen(), std::nullopt);
    {
        RawClient client(portOf(*service), webSocketHandshake());
        QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
        client.send(textFrame("half").chopped(2));
    }
    QTRY_COMPARE_WITH_TIMEOUT(service->connectionCount(), 0, patience);
    QCOMPARE(went, QList<quint64>{1});
}

void TestWebSocketService::pagesOfOtherOriginsAreRefused_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<int>("status");
    QTest::newRow("own") << "localhost:1"_ba
                         << "http://localhost:1"_ba << 101;
    QTest::newRow("other") << "localhost:1"_ba
                           << "https://evil.example"_ba << 403;
    QTest::newRow("rebound") << "evil.example:1"_ba
                             << "http://evil.example:1"_ba << 403;
    QTest::newRow("null") << "localhost:1"_ba
                          << "null"_ba << 403;
    QTest::newRow("allowed") << "localhost:1"_ba
                             << "https://good.example"_ba << 101;
}

void TestWebSocketService::pagesOfOtherOriginsAreRefused()
{
    QFETCH(const QByteArray, host);
    QFETCH(const QByteArray, origin);
    QFETCH(const int, status);
    const auto service = echoService({.allowedOrigins = {u"https://good.example"_s}});
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service),
        webSocketHandshake("/", "Origin: " + origin + "\r\n")
            .replace("Host: localhost", "Host: " + host));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), status, patience);
}

void TestWebSocketService::subprotocolsAreAgreedOn()
{
    const auto service = echoService({.subprotocols = {u"chat"_s}});
    QString agreed;
    service->endpoint().onConnected([&](const Peer &peer) { agreed = peer.subprotocol(); });
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(
        portOf(*service), webSocketHandshake("/", "Sec-WebSocket-Protocol: news, chat\r\n"));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    QVERIFY(client.received().contains("Sec-WebSocket-Protocol: chat\r\n"));
    QCOMPARE(agreed, u"chat"_s);
}

void TestWebSocketService::clientsOfQtAreServed()
{
    const auto service = echoService();
    QString asked;
    service->endpoint().onConnected(
        [&](const Peer &peer) { asked = peer.path() + u'|' + peer.query(); });
    QCOMPARE(service->listen(), std::nullopt);
    QWebSocket client;
    QSignalSpy texts(&client, &QWebSocket::textMessageReceived);
    QSignalSpy closed(&client, &QWebSocket::disconnected);
    client.open(QUrl(u"ws://127.0.0.1:%1/room/1?x=y"_s.arg(portOf(*service))));
    QTRY_COMPARE_WITH_TIMEOUT(client.state(), QAbstractSocket::ConnectedState, patience);
    QTRY_COMPARE_WITH_TIMEOUT(asked, u"/room/1|x=y"_s, patience);
    const QString large(700'000, u'x'); // in two frames, as Qt sends it
    client.sendTextMessage(large);
    client.sendTextMessage(u"bye"_s);
    QTRY_COMPARE_WITH_TIMEOUT(texts.size(), 2, patience);
    QCOMPARE(texts.at(0).at(0).toString(), large);
    client.close(QWebSocketProtocol::CloseCodeNormal);
    QTRY_COMPARE_WITH_TIMEOUT(closed.size(), 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(service->connectionCount(), 0, patience);
}

void TestWebSocketService::clientsAreServedOverTls()
{
    semper::test::Certificates certificates;
    if (!certificates.make(u"server"_s, u"localhost"_s))
        QSKIP("openssl is not installed");
    const auto service
        = echoService({.tls = TlsSpec{.certificate = certificates.certificate(u"server"_s),
                           .key = certificates.key(u"server"_s)},
            .limits = {.messageMaxBytes = 100'000}});
    QCOMPARE(service->listen(), std::nullopt);
    QVERIFY(service->addresses().value(0).startsWith(u"wss://"_s));
    QWebSocket client;
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setCaCertificates(QSslCertificate::fromPath(certificates.certificate(u"server"_s)));
    client.setSslConfiguration(tls);
    QSignalSpy texts(&client, &QWebSocket::textMessageReceived);
    client.open(QUrl(u"wss://127.0.0.1:%1"_s.arg(portOf(*service))));
    QTRY_COMPARE_WITH_TIMEOUT(client.state(), QAbstractSocket::ConnectedState, patience);
    client.sendTextMessage(QString(100'000, u'x'));
    QTRY_COMPARE_WITH_TIMEOUT(texts.size(), 1, patience);
    QCOMPARE(texts.at(0).at(0).toString(), QString(100'000, u'x'));
    client.sendTextMessage(QString(1'000'000, u'x'));
    QTRY_COMPARE_WITH_TIMEOUT(client.state(), QAbstractSocket::UnconnectedState, patience);
    QCOMPARE(client.closeCode(), QWebSocketProtocol::CloseCodeTooMuchData);
}

void TestWebSocketService::framesBeforeTheAnswerAreNotLost()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), webSocketHandshake() + textFrame("a") + textFrame("b"));
    QTRY_COMPARE_WITH_TIMEOUT(framesOf(client), serverText("a") + serverText("b"), patience);
}

void TestWebSocketService::withoutAHandlerAMessageIsAnError()
{
    WebSocketService service(u"live"_s, {.listen = u"127.0.0.1:0"_s});
    QCOMPARE(service.listen(), std::nullopt);
    for (const QByteArray &frame : {textFrame("hello?"), textFrame("{\"type\":\"subscribe\"}"),
             ClientFrame{.opcode = binary, .payload = "\0\xff"_ba}.bytes()}) {
        RawClient client(portOf(service), webSocketHandshake());
        QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
        client.send(frame);
        QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
        QVERIFY(framesOf(client).contains("\"code\":\"no_hello\""));
        QCOMPARE(closeCode(client), 1008);
    }
}

void TestWebSocketService::coroutinesAnswerOneMessageAfterTheOther()
{
    WebSocketService service(u"live"_s, {.listen = u"127.0.0.1:0"_s});
    int running = 0;
    int most = 0;
    service.onMessage([&](const Peer &peer, const Message &message) -> QCoro::Task<> {
        most = std::max(most, ++running);
        co_await QCoro::sleepFor(std::chrono::milliseconds(message.bytes.toInt()));
        --running;
        peer.sendText(message.text());
    });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    client.send(textFrame("60") + textFrame("30") + textFrame("0"));
    QTRY_COMPARE_WITH_TIMEOUT(
        framesOf(client), serverText("60") + serverText("30") + serverText("0"), patience);
    QCOMPARE(most, 1);
}

void TestWebSocketService::aHandlerThatThrowsClosesWith1011()
{
    WebSocketService service(u"live"_s, {.listen = u"127.0.0.1:0"_s});
    service.onMessage([](const Peer &, const Message &) { throw std::out_of_range("too far"); });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the handler of a message .* threw"_s));
    client.send(textFrame("x"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(closeCode(client), 1011);
}

void TestWebSocketService::aSilentClientIsPingedAndThenGivenUp()
{
    const auto service = echoService({.pingInterval = 500ms});
    QCOMPARE(service->listen(), std::nullopt);
    QWebSocket lively; // which answers by itself
    lively.open(QUrl(u"ws://127.0.0.1:%1"_s.arg(portOf(*service))));
    RawClient client(portOf(*service), webSocketHandshake());
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY(framesOf(client).startsWith("\x89\0"_ba));
    QCOMPARE(closeCode(client), 1001);
    QTest::qWait(2500);
    QCOMPARE(lively.state(), QAbstractSocket::ConnectedState);
}

void TestWebSocketService::halfAMessageIsNotWaitedForForEver_data()
{
    QTest::addColumn<QByteArray>("half");
    QTest::newRow("a piece of a frame") << textFrame("message").chopped(3);
    QByteArray fragment = textFrame("message");
    fragment[0] = '\x01'; // text, and more to follow
    QTest::newRow("the first of several frames") << fragment;
}

void TestWebSocketService::halfAMessageIsNotWaitedForForEver()
{
    QFETCH(const QByteArray, half);
    const auto service = echoService({.limits = {.writeStall = 200ms}});
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    client.send(half);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(closeCode(client), 1008);
}

void TestWebSocketService::aClientThatDoesNotReadIsCutOff()
{
    const auto service = echoService({.limits = {.queueMaxBytes = 1024 * 1024}});
    QCOMPARE(service->listen(), std::nullopt);
    RawClient deaf(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(deaf.status(), 101, patience);
    deaf.socket().setReadBufferSize(1024);
    deaf.socket().disconnect(&deaf.socket());
    QTest::ignoreMessage(
        QtWarningMsg, QRegularExpression(u"does not read what it is sent; cut off"_s));
    const quint64 id = service->connections().value(0).id;
    int sent = 0;
    while (service->send(id, QByteArray(64 * 1024, 'x')) && sent < 10'000) {
        ++sent;
        QCoreApplication::processEvents();
    }
    QVERIFY(sent > 10);
    QVERIFY(sent < 10'000);
    QTRY_COMPARE_WITH_TIMEOUT(service->connectionCount(), 0, patience);
}

void TestWebSocketService::aPeerIsClosedAsTheHandlerHasIt()
{
    WebSocketService service(u"live"_s, {.listen = u"127.0.0.1:0"_s});
    service.onMessage([](const Peer &peer, const Message &) {
        peer.close(4002, QString(200, u'\u00e4')); // longer than a close frame may be
    });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    client.send(textFrame("x"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(closeCode(client), 4002);
    QCOMPARE(framesOf(client).size(), 2 + 2 + 122);
}

void TestWebSocketService::reservedCodesAreNotSaid_data()
{
    QTest::addColumn<int>("code");
    for (const int code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000})
        QTest::addRow("%d", code) << code;
}

void TestWebSocketService::reservedCodesAreNotSaid()
{
    QFETCH(const int, code);
    WebSocketService service(u"live"_s, {.listen = u"127.0.0.1:0"_s});
    service.onMessage([code](const Peer &peer, const Message &) { peer.close(quint16(code)); });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"no code to close a WebSocket with"_s));
    client.send(textFrame("x"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(closeCode(client), 1000);
}

void TestWebSocketService::aPeerThatIsClosedIsSentEverythingFirst()
{
    // More than the queue may have: what nothing waits before is no reason to cut a client off.
    WebSocketService service(u"live"_s, {.listen = u"127.0.0.1:0"_s});
    const QByteArray answer(20'000'000, 'x');
    std::optional<bool> sent;
    service.onMessage([&](const Peer &peer, const Message &) {
        sent = peer.send(answer);
        peer.close(4000);
    });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    client.socket().setReadBufferSize(64 * 1024);
    client.socket().disconnect(&client.socket()); // it does not read
    client.send(textFrame("x"));
    QTRY_COMPARE_WITH_TIMEOUT(sent, true, patience);
    QTest::qWait(3500); // longer than who is closed has for reading why
    client.readOn();
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(framesOf(client).count('x'), answer.size());
    QVERIFY(framesOf(client).endsWith("\x88\x02\x0f\xa0"));
}

void TestWebSocketService::aConnectionIsClosedByItsIdWith1001()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient client(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    QVERIFY(service->closeConnection(service->connections().value(0).id));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(closeCode(client), 1001);
}

void TestWebSocketService::peersAreReachedByIdAndAllTogether()
{
    const auto service = echoService();
    QCOMPARE(service->listen(), std::nullopt);
    RawClient one(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(one.status(), 101, patience);
    RawClient two(portOf(*service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(two.status(), 101, patience);
    service->broadcastText(u"all"_s);
    QVERIFY(service->sendText(service->connections().value(1).id, u"you"_s));
    QTRY_COMPARE_WITH_TIMEOUT(framesOf(two), serverText("all") + serverText("you"), patience);
    QTRY_COMPARE_WITH_TIMEOUT(framesOf(one), serverText("all"), patience);
    QVERIFY(!service->sendText(999, u"nobody"_s));
}

void TestWebSocketService::aClientMayGoWhileAHandlerLetsTheEventLoopTurn()
{
    WebSocketService service(u"live"_s, {.listen = u"127.0.0.1:0"_s});
    bool isOver = false;
    service.onMessage([&service, &isOver](const Peer &peer, const Message &message) {
        if (message.bytes == "echo")
            return static_cast<void>(peer.sendText(u"echo"_s));
        QEventLoop loop;
        QTimer look;
        QObject::connect(&look, &QTimer::timeout, &loop, [&service, &loop] {
            if (service.connectionCount() == 0)
                loop.quit();
        });
        look.start(10ms);
        loop.exec();
        isOver = true;
    });
    QCOMPARE(service.listen(), std::nullopt);
    RawClient client(portOf(service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 101, patience);
    client.send(textFrame("wait") + textFrame("echo"));
    QTimer::singleShot(200ms, this, [&client] { client.socket().abort(); });
    QTRY_VERIFY_WITH_TIMEOUT(isOver, patience);
    RawClient next(portOf(service), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(next.status(), 101, patience);
    next.send(textFrame("echo"));
    QTRY_COMPARE_WITH_TIMEOUT(framesOf(next), serverText("echo"), patience);
}

void TestWebSocketService::anHttpServiceHasWebSocketsAtItsPaths()
{
    HttpService http(u"shop"_s, {.listen = u"127.0.0.1:0"_s});
    http.route(u"/hello"_s, [] { return u"hello"_s; });
    WebSocketEndpoint &live = http.webSocket(u"/live"_s, echo);
    QCOMPARE(http.listen(), std::nullopt);
    const QByteArray get = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

    RawClient plain(portOf(http), get);
    QTRY_COMPARE_WITH_TIMEOUT(plain.body(), "hello"_ba, patience);
    // Not the answer of QtHttpServer, which upgrades what was refused.
    RawClient foreign(portOf(http), webSocketHandshake("/live", "Origin: http://evil.example\r\n"));
    QTRY_COMPARE_WITH_TIMEOUT(foreign.status(), 403, patience);
    QTRY_VERIFY_WITH_TIMEOUT(foreign.closed(), patience);
    QCOMPARE(foreign.answers(), 1);
    RawClient rebound(portOf(http),
        webSocketHandshake("/live", "Origin: http://evil.example:1\r\n")
            .replace("Host: localhost", "Host: evil.example:1"));
    QTRY_COMPARE_WITH_TIMEOUT(rebound.status(), 403, patience);
    RawClient elsewhere(portOf(http), webSocketHandshake("/elsewhere"));
    QTRY_COMPARE_WITH_TIMEOUT(elsewhere.status(), 404, patience);

    // One connection may ask and then stay.
    RawClient client(portOf(http), get);
    QTRY_COMPARE_WITH_TIMEOUT(client.body(), "hello"_ba, patience);
    client.send(webSocketHandshake("/live"));
    QTRY_VERIFY_WITH_TIMEOUT(client.received().contains("101 Switching"), patience);
    client.send(textFrame("one") + textFrame("GET / HTTP/1.1\r\n\r\n"));
    QTRY_VERIFY_WITH_TIMEOUT(
        client.received().endsWith(serverText("one") + serverText("GET / HTTP/1.1\r\n\r\n")),
        patience);
    live.broadcastText(u"all"_s);
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith(serverText("all")), patience);
    // It is one of the service's connections, and a hello means nothing here.
    client.send(textFrame("{\"type\":\"hello\",\"role\":\"watcher\"}"));
    QTRY_VERIFY_WITH_TIMEOUT(
        client.received().endsWith(serverText("{\"type\":\"hello\",\"role\":\"watcher\"}")),
        patience);
    client.send(ClientFrame{.payload = "x", .masked = false}.bytes());
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
}

QTEST_GUILESS_MAIN(TestWebSocketService)
#include "tst_websocketservice.moc"
