// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/requesthead.h"
#include "services/websocket/websockethandshake.h"
#include "support/websocketbytes.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using semper::test::webSocketHandshake;

namespace {

RequestHead headOf(const QByteArray &bytes)
{
    auto parsed = parseRequestHead(bytes, {});
    return std::holds_alternative<RequestHead>(parsed) ? std::get<RequestHead>(parsed)
                                                       : RequestHead{};
}

/// The RFC's handshake with \a from in it replaced by \a to.
RequestHead changed(const QByteArray &from, const QByteArray &to)
{
    return headOf(webSocketHandshake().replace(from, to));
}

} // namespace

class TestWebSocketHandshake : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theExampleOfTheRfcIsAHandshake();
    void whatIsNoHandshakeIsRefused_data();
    void whatIsNoHandshakeIsRefused();
    void headersAreReadAsLists();
    void theFirstSubprotocolThatIsKnownIsAgreedOn();
    void aPageOfAnotherOriginIsForeign_data();
    void aPageOfAnotherOriginIsForeign();
    void theTokenIsWhatFollowsBearer_data();
    void theTokenIsWhatFollowsBearer();
};

void TestWebSocketHandshake::theExampleOfTheRfcIsAHandshake()
{
    const RequestHead head = headOf(webSocketHandshake("/chat?x=1"));
    QVERIFY(asksForWebSocket(head));
    QCOMPARE(handshakeProblem(head), std::nullopt);
    QVERIFY(!asksForWebSocket(headOf("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
}

void TestWebSocketHandshake::whatIsNoHandshakeIsRefused_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<int>("status");
    QTest::newRow("POST") << "GET"_ba
                          << "POST"_ba << 405;
    QTest::newRow("HTTP/1.0") << "HTTP/1.1"_ba
                              << "HTTP/1.0"_ba << 400;
    QTest::newRow("no Connection") << "Connection: Upgrade\r\n"_ba
                                   << ""_ba << 400;
    QTest::newRow("another Connection") << "Connection: Upgrade"_ba
                                        << "Connection: close"_ba << 400;
    QTest::newRow("no version") << "Sec-WebSocket-Version: 13\r\n"_ba
                                << ""_ba << 426;
    QTest::newRow("version 8") << "Version: 13"_ba
                               << "Version: 8"_ba << 426;
    QTest::newRow("no key") << "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"_ba
                            << ""_ba << 400;
    QTest::newRow("short key") << "dGhlIHNhbXBsZSBub25jZQ=="_ba
                               << "dGhl"_ba << 400;
    QTest::newRow("no base64") << "dGhlIHNhbXBsZSBub25jZQ=="_ba
                               << "dGhlIHNhbXBsZSB*b25jZQ=="_ba << 400;
    QTest::newRow("two keys")
        << "Sec-WebSocket-Key: "_ba
        << "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: "_ba << 400;
    QTest::newRow("body") << "Host"_ba
                          << "Content-Length: 3\r\nHost"_ba << 400;
    QTest::newRow("body in chunks") << "Host"_ba
                                    << "Transfer-Encoding: chunked\r\nHost"_ba << 400;
}

void TestWebSocketHandshake::whatIsNoHandshakeIsRefused()
{
    QFETCH(const QByteArray, from);
    QFETCH(const QByteArray, to);
    QFETCH(const int, status);
    const auto problem = handshakeProblem(changed(from, to));
    QVERIFY(problem);
    QCOMPARE(problem->status, status);
}

void TestWebSocketHandshake::headersAreReadAsLists()
{
    const RequestHead head = changed("Connection: Upgrade", "Connection: keep-alive, upgrade");
    QCOMPARE(handshakeProblem(head), std::nullopt);
    QVERIFY(asksForWebSocket(changed("Upgrade: websocket", "Upgrade: h2c, WebSocket")));
}

void TestWebSocketHandshake::theFirstSubprotocolThatIsKnownIsAgreedOn()
{
    const RequestHead head = headOf(
        webSocketHandshake("/", "Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Protocol: c\r\n"));
    QCOMPARE(agreedSubprotocol(head, {u"c"_s, u"b"_s}), u"b"_s);
    QCOMPARE(agreedSubprotocol(head, {u"c"_s}), u"c"_s);
    QCOMPARE(agreedSubprotocol(head, {u"A"_s}), QString());
    QCOMPARE(agreedSubprotocol(head, {}), QString());
}

void TestWebSocketHandshake::aPageOfAnotherOriginIsForeign_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<QByteArray>("origins");
    QTest::addColumn<bool>("own");
    const auto row = [](const char *name, const QByteArray &host, const QByteArray &origin,
                         bool own) {
        QTest::newRow(name) << host << (origin.isNull() ? origin : "Origin: " + origin + "\r\n")
                            << own;
    };
    row("no page", "localhost:18308", {}, true);
    row("same", "localhost:18308", "http://localhost:18308", true);
    row("same, v6", "[::1]:18308", "http://[::1]:18308", true);
    row("another port", "localhost:18308", "http://localhost:80", false);
    row("another host", "localhost:18308", "http://evil.example", false);
    row("usual port", "shop.example", "https://shop.example", true);
    row("usual port, told", "shop.example:443", "https://shop.example", true);
    row("usual port of another scheme", "shop.example:80", "https://shop.example", false);
    row("case", "SHOP.example", "https://shop.example", true);
    row("suffix", "shop.example", "https://shop.example.evil.example", false);
    row("user", "shop.example", "https://shop.example@evil.example", false);
    row("null", "localhost", "null", false);
    row("empty", "localhost", "", false);
    row("file", "localhost", "file://localhost", false);
    QTest::newRow("two") << "localhost"_ba
                         << "Origin: http://localhost\r\nOrigin: http://evil.example\r\n"_ba
                         << false;
}

void TestWebSocketHandshake::aPageOfAnotherOriginIsForeign()
{
    QFETCH(const QByteArray, host);
    QFETCH(const QByteArray, origins);
    QFETCH(const bool, own);
    const QByteArray bytes
        = webSocketHandshake("/", origins).replace("Host: localhost", "Host: " + host);
    QCOMPARE(isOwnOrigin(headOf(bytes)), own);
}

void TestWebSocketHandshake::theTokenIsWhatFollowsBearer_data()
{
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<QByteArray>("token");
    QTest::newRow("none") << ""_ba
                          << ""_ba;
    QTest::newRow("token") << "Authorization: Bearer abc\r\n"_ba
                           << "abc"_ba;
    QTest::newRow("case") << "authorization: bearer abc\r\n"_ba
                          << "abc"_ba;
    QTest::newRow("blanks") << "Authorization: Bearer   abc  \r\n"_ba
                            << "abc"_ba;
    QTest::newRow("no scheme") << "Authorization: abc\r\n"_ba
                               << ""_ba;
    QTest::newRow("other scheme") << "Authorization: Basic abc\r\n"_ba
                                  << ""_ba;
    QTest::newRow("nothing") << "Authorization: Bearer\r\n"_ba
                             << ""_ba;
    QTest::newRow("two") << "Authorization: Bearer abc\r\nAuthorization: Bearer abc\r\n"_ba
                         << ""_ba;
}

void TestWebSocketHandshake::theTokenIsWhatFollowsBearer()
{
    QFETCH(const QByteArray, headers);
    QFETCH(const QByteArray, token);
    QCOMPARE(bearerTokenOf(headOf(webSocketHandshake("/", headers))), token);
}

QTEST_GUILESS_MAIN(TestWebSocketHandshake)
#include "tst_websockethandshake.moc"
