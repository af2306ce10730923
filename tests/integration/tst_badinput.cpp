// SPDX-License-Identifier: GPL-3.0-or-later
#include "rawclient.h"
#include "support/runningserver.h"
#include "support/websocketbytes.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>

#include <sys/socket.h>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;
constexpr qint64 mebibyte = 1024 * 1024;

QJsonObject serviceOf(const QString &type, const QString &framing = {})
{
    QJsonObject service{{u"type"_s, type}, {u"listen"_s, u"127.0.0.1:0"_s},
        {u"limits"_s,
            QJsonObject{{u"message_max_bytes"_s, 65536}, {u"write_stall_ms"_s, 700},
                {u"handshake_timeout_ms"_s, 700}}}};
    if (!framing.isEmpty())
        service.insert(u"framing"_s, framing);
    return service;
}

QByteArray counted(const QByteArray &frame)
{
    return QByteArray("\0\0\0", 3) + char(frame.size()) + frame;
}

const QByteArray request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const QByteArray call = R"({"jsonrpc":"2.0","method":"server.info","id":1})";

QByteArray contentLength(qint64 bytes)
{
    return "Content-Length: " + QByteArray::number(bytes) + "\r\n\r\n";
}

QByteArray post(qint64 bytes)
{
    return "POST / HTTP/1.1\r\nHost: localhost\r\n" + contentLength(bytes);
}

} // namespace

/// A real server with a service of each type and framing, and clients that do it no good. None of
/// them may end it, have it hold much, or be left without an answer or an end.
class TestBadInput : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void cleanup();

    void tooMuchIsRefused_data();
    void tooMuchIsRefused();
    void halfOfItIsNotWaitedForForEver_data();
    void halfOfItIsNotWaitedForForEver();
    void whoEndsItsSideInTheMiddleIsClosed_data();
    void whoEndsItsSideInTheMiddleIsClosed();
    void whoEndsItsSideBehindItIsAnswered_data();
    void whoEndsItsSideBehindItIsAnswered();
    void whoSendsByteAfterByteIsAnswered_data();
    void whoSendsByteAfterByteIsAnswered();
    void nonsenseEnds_data();
    void nonsenseEnds();

private:
    void wholeMessages() const;
    [[nodiscard]] quint16 portOf(const QString &service) { return m_ports.value(service); }
    [[nodiscard]] qint64 peakMemory() const;

    std::unique_ptr<RunningServer> m_server;
    QMap<QString, quint16> m_ports;
    qint64 m_pid = 0;
    qint64 m_memory = 0; ///< bytes, at first
};

void TestBadInput::initTestCase()
{
    m_server = std::make_unique<RunningServer>(QJsonObject(),
        QJsonObject{{u"services"_s,
            QJsonObject{{u"web"_s, serviceOf(u"http"_s)}, {u"rpc"_s, serviceOf(u"rpc"_s)},
                {u"live"_s, serviceOf(u"websocket"_s)}, {u"raw"_s, serviceOf(u"tcp"_s)},
                {u"counted"_s, serviceOf(u"tcp"_s, u"length"_s)}}}});
    QVERIFY2(m_server->start(), qPrintable(m_server->log()));
    for (const auto &name : {u"web"_s, u"rpc"_s, u"live"_s, u"raw"_s, u"counted"_s})
        m_ports.insert(name, quint16(m_server->serviceAddress(name).port()));
    m_pid = m_server->serverPid();
    m_memory = peakMemory();
    QVERIFY(m_memory > 0);
}

void TestBadInput::cleanupTestCase()
{
    QCOMPARE(m_server->stop(), 0);
}

/// After each: the same server, without the clients, without what they sent, and of use to others.
void TestBadInput::cleanup()
{
    QTRY_COMPARE_WITH_TIMEOUT(
        m_server->get(u"/api/v1/connections"_s)[u"connections"_s].toArray().size(), 0, patience);
    QCOMPARE(m_server->serverPid(), m_pid);
    const qint64 grown = peakMemory() - m_memory;
    QVERIFY2(grown < 48 * mebibyte, qPrintable(u"%1 MiB"_s.arg(grown / mebibyte)));
    RawClient web(portOf(u"web"_s), request);
    QTRY_COMPARE_WITH_TIMEOUT(web.status(), 200, patience);
    RawClient rpc(portOf(u"rpc"_s), call + '\n');
    QTRY_VERIFY_WITH_TIMEOUT(rpc.received().contains("-32001"), patience);
    RawClient live(portOf(u"live"_s), webSocketHandshake());
    QTRY_COMPARE_WITH_TIMEOUT(live.status(), 101, patience);
}

qint64 TestBadInput::peakMemory() const
{
    QFile status(u"/proc/%1/status"_s.arg(m_pid));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : status.readAll().split('\n'))
        if (line.startsWith("VmHWM:"))
            return line.sliced(6).chopped(2).trimmed().toLongLong() * 1024;
    return 0;
}

void TestBadInput::tooMuchIsRefused_data()
{
    QTest::addColumn<QString>("service");
    QTest::addColumn<QByteArray>("beginning");
    QTest::addColumn<QByteArray>("piece");
    QTest::addColumn<QByteArray>("answer");
    const QByteArray x(mebibyte, 'x');
    const auto row = [&](const char *name, const QString &service, const QByteArray &beginning,
                         const QByteArray &answer) {
        QTest::newRow(name) << service << beginning << x << answer;
    };
    row("head", u"web"_s, "GET / HTTP/1.1\r\nX: ", "HTTP/1.1 431 ");
    row("target", u"web"_s, "GET /", "HTTP/1.1 431 ");
    row("body", u"web"_s, post(64 * mebibyte), "HTTP/1.1 413 ");
    row("line", u"rpc"_s, R"({"jsonrpc":"2.0","method":")", "-32600");
    row("counted call", u"rpc"_s, contentLength(64 * mebibyte) + '{', "-32600");
    row("posted call", u"rpc"_s, post(64 * mebibyte) + '{', "HTTP/1.1 413 ");
    row("head of a posted call", u"rpc"_s, "POST / HTTP/1.1\r\nX: ", "HTTP/1.1 431 ");
    row("handshake", u"live"_s, "GET / HTTP/1.1\r\nX: ", "HTTP/1.1 431 ");
    row("frame of a WebSocket", u"live"_s,
        webSocketHandshake() + ClientFrame{.claimedBytes = 64 * mebibyte}.bytes(), "\x03\xf1");
    QTest::newRow("fragments without end")
        << u"live"_s << webSocketHandshake() + ClientFrame{.payload = "a", .final = false}.bytes()
        << ClientFrame{.opcode = 0, .payload = QByteArray(32000, 'x'), .final = false}.bytes()
        << "\x03\xf1"_ba;
    row("line without end", u"raw"_s, "{", "frame_too_long");
    row("counted frame", u"counted"_s, "\x7f\xff\xff\xff"_ba, "frame_too_long");
}

void TestBadInput::tooMuchIsRefused()
{
    QFETCH(const QString, service);
    QFETCH(const QByteArray, beginning);
    QFETCH(const QByteArray, piece);
    QFETCH(const QByteArray, answer);
    RawClient client(portOf(service), beginning);
    qint64 sent = 0;
    while (sent < 64 * mebibyte && !client.closed()) {
        client.socket().write(piece);
        sent += piece.size();
        if (!QTest::qWaitFor(
                [&] { return client.closed() || client.socket().bytesToWrite() < mebibyte; }, 5000))
            break;
    }
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QVERIFY2(client.received().contains(answer), client.received().toPercentEncoding());
}

void TestBadInput::wholeMessages() const
{
    QTest::addColumn<QString>("service");
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QByteArray>("answer");
    const auto row = [](const char *name, const QString &service, const QByteArray &message,
                         const QByteArray &answer, const QByteArray &before = {}) {
        QTest::newRow(name) << service << before << message << answer;
    };
    row("request", u"web"_s, request, "HTTP/1.1 200 ");
    row("request with a body", u"web"_s, post(4) + "text", "HTTP/1.1 404 ");
    row("call in a line", u"rpc"_s, call + '\n', "-32001");
    row("counted call", u"rpc"_s, contentLength(call.size()) + call, "-32001");
    row("call of Swoft", u"rpc"_s, call + "\r\n\r\n", "-32001");
    row("posted call", u"rpc"_s, post(call.size()) + call, "HTTP/1.1 401 ");
    row("handshake", u"live"_s, webSocketHandshake(), "HTTP/1.1 101 ");
    row("message of a WebSocket", u"live"_s, textFrame("{}"), "no_hello", webSocketHandshake());
    row("line", u"raw"_s, "{\"type\":\"ready\"}\n", "no_hello");
    row("counted frame", u"counted"_s, counted("{\"type\":\"ready\"}"), "no_hello");
}

void TestBadInput::halfOfItIsNotWaitedForForEver_data()
{
    wholeMessages();
}

void TestBadInput::halfOfItIsNotWaitedForForEver()
{
    QFETCH(const QString, service);
    QFETCH(const QByteArray, before);
    QFETCH(const QByteArray, message);
    RawClient client(portOf(service), before + message.chopped(3));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), 3 * patience); // the body of a request has 20 s
}

void TestBadInput::whoEndsItsSideInTheMiddleIsClosed_data()
{
    wholeMessages();
}

void TestBadInput::whoEndsItsSideInTheMiddleIsClosed()
{
    QFETCH(const QString, service);
    QFETCH(const QByteArray, before);
    QFETCH(const QByteArray, message);
    RawClient client(portOf(service), before + message.chopped(3));
    ::shutdown(int(client.socket().socketDescriptor()), SHUT_WR);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
}

void TestBadInput::whoEndsItsSideBehindItIsAnswered_data()
{
    wholeMessages();
}

void TestBadInput::whoEndsItsSideBehindItIsAnswered()
{
    QFETCH(const QString, service);
    QFETCH(const QByteArray, before);
    QFETCH(const QByteArray, message);
    QFETCH(const QByteArray, answer);
    RawClient client(portOf(service), before + message);
    ::shutdown(int(client.socket().socketDescriptor()), SHUT_WR);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    // A WebSocket ends by a close frame: one that breaks off is closed at once.
    if (service != u"live")
        QVERIFY2(client.received().contains(answer), client.received());
}

void TestBadInput::whoSendsByteAfterByteIsAnswered_data()
{
    wholeMessages();
}

void TestBadInput::whoSendsByteAfterByteIsAnswered()
{
    QFETCH(const QString, service);
    QFETCH(const QByteArray, before);
    QFETCH(const QByteArray, message);
    QFETCH(const QByteArray, answer);
    RawClient client(portOf(service), before);
    for (const char byte : message) {
        client.send(QByteArray(1, byte));
        QTest::qWait(5);
    }
    QTRY_VERIFY2_WITH_TIMEOUT(
        client.received().contains(answer), client.received().constData(), patience);
}

void TestBadInput::nonsenseEnds_data()
{
    QTest::addColumn<QString>("service");
    QTest::addColumn<QByteArray>("before");
    QTest::newRow("web") << u"web"_s << ""_ba;
    QTest::newRow("rpc") << u"rpc"_s << ""_ba;
    QTest::newRow("live") << u"live"_s << ""_ba;
    QTest::newRow("open WebSocket") << u"live"_s << webSocketHandshake();
    QTest::newRow("raw") << u"raw"_s << ""_ba;
    QTest::newRow("counted") << u"counted"_s << ""_ba;
}

void TestBadInput::nonsenseEnds()
{
    QFETCH(const QString, service);
    QFETCH(const QByteArray, before);
    QRandomGenerator random(4);
    for (int round = 0; round < 10; ++round) {
        QByteArray bytes(128 * 1024, Qt::Uninitialized);
        for (char &byte : bytes)
            byte = char(random.bounded(256));
        RawClient client(portOf(service), before + bytes);
        QTRY_VERIFY2_WITH_TIMEOUT(client.closed(), qPrintable(u"round %1"_s.arg(round)), patience);
    }
}

QTEST_GUILESS_MAIN(TestBadInput)
#include "tst_badinput.moc"
