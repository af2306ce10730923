// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"

#include <semper/httpservice.h>

#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <QThread>
#include <QTimer>

#include <memory>
#include <stdexcept>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 10000;
constexpr qint64 megabyte = 1024 * 1024;

// AddressSanitizer keeps freed memory for a while and puts a margin around each block.
#ifdef __SANITIZE_ADDRESS__
constexpr qint64 allowance = 8;
#else
constexpr qint64 allowance = 1;
#endif

/// Short enough for a test, long enough for a busy machine.
HttpLimits shortLimits()
{
    HttpLimits limits;
    limits.headTimeout = 400ms;
    limits.bodyTimeout = 400ms;
    limits.idleTimeout = 600ms;
    limits.stallTimeout = 600ms;
    limits.lingerTimeout = 300ms;
    return limits;
}

HttpLimits patientLimits()
{
    HttpLimits limits;
    limits.headTimeout = 60s;
    limits.bodyTimeout = 60s;
    limits.stallTimeout = 60s;
    return limits;
}

/// A service with a route for each thing that a handler can do.
class Target
{
public:
    explicit Target(const HttpLimits &limits = patientLimits())
        : m_service(u"http"_s, {.listen = u"127.0.0.1:0"_s, .limits = limits})
    {
        m_service.route(u"/hello"_s, [this] {
            ++handled;
            return u"hello"_s;
        });
        m_service.route(
            u"/echo"_s, HttpService::Method::Post, [this](const QHttpServerRequest &request) {
                ++handled;
                return QHttpServerResponse("application/octet-stream"_ba, request.body());
            });
        m_service.route(u"/big"_s, [this] {
            ++handled;
            return QHttpServerResponse("text/plain"_ba, QByteArray(8 * megabyte, 'z'));
        });
        m_service.route(u"/path/<arg>"_s, [this](const QString &text) {
            ++handled;
            return text;
        });
        m_service.route(u"/throw"_s, []() -> QString { throw std::runtime_error("boom"); });
        m_service.route(u"/throw/int"_s, []() -> QString { throw 42; });
        m_problem = m_service.listen();
    }

    [[nodiscard]] quint16 port() const
    {
        return static_cast<quint16>(QUrl(m_service.addresses().value(0)).port());
    }
    [[nodiscard]] qsizetype connections() const { return m_service.connections().size(); }
    [[nodiscard]] HttpService &service() { return m_service; }

    int handled = 0;

private:
    HttpService m_service;
    std::optional<QString> m_problem;
};

QByteArray get(const QByteArray &target, const QByteArray &headers = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

QByteArray post(const QByteArray &body, const QByteArray &headers = {})
{
    return "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        + QByteArray::number(body.size()) + "\r\n" + headers + "\r\n" + body;
}

/// Resident memory of this program, which is server and client in one.
qint64 residentBytes()
{
    QFile file(u"/proc/self/statm"_s);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * ::sysconf(_SC_PAGESIZE);
}

} // namespace

class TestHttpGuard : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void requestsAreAnswered();
    void requestsInAnyPiecesAreAnswered();
    void aConnectionIsUsedAgain();
    void pipelinedRequestsAreAnsweredInOrder();
    void gluedBytesAfterABodyAreTheNextRequest();
    void aRequestHiddenInABodyIsNotServed();
    void badHeadsAreRefusedBeforeAnyHandler_data();
    void badHeadsAreRefusedBeforeAnyHandler();
    void whatAServerMustTakeIsTaken_data();
    void whatAServerMustTakeIsTaken();
    void theServerAsAWholeHasOptions();
    void aChunkedBodyIsBoundedAsAWhole();
    void nothingAfterARefusedHeadIsServed();
    void slowHeadsEndAtTheDeadline();
    void slowBodiesEndAtTheDeadline();
    void silentConnectionsAreClosed();
    void idleConnectionsAreClosed();
    void aPauseOfTheServerIsNoFaultOfItsClients();
    void aHeadOf64MegabytesCostsNoMemory();
    void aBodyOfAGigabyteIsRefusedUnread();
    void expectedContinueComesAtOnce();
    void aRefusedBodyIsNotAskedFor();
    void headIsAnsweredWithoutABody();
    void headIsAnsweredInTurn();
    void connectionsPastTheCapAreTurnedAway();
    void idleClientsMakeRoom_data();
    void idleClientsMakeRoom();
    void aClientThatNeverReadsIsDropped();
    void pipeliningWithoutReadingCostsNoMemory();
    void whatComesWhileAnAnswerWaitsIsCheckedToo();
    void whoSendsOnWithoutReadingIsDropped();
    void aSlowReaderGetsAllOfIt();
    void clientsThatLeaveEarlyHurtNobody();
    void whatAHandlerThrowsBecomesA500();
    void closingIsTheClientsChoice();
    void runningOutOfDescriptorsIsNotTheEnd();
    void garbageHurtsNobody();
};

void TestHttpGuard::initTestCase()
{
    rlimit limit{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8192);
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

void TestHttpGuard::requestsAreAnswered()
{
    Target target;
    RawClient client(target.port(), get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.body(), "hello", patience);
    QCOMPARE(client.status(), 200);
    QVERIFY(client.has("Content-Type: text/plain; charset=utf-8"));
    QVERIFY(client.has("Content-Length: 5"));
}

void TestHttpGuard::requestsInAnyPiecesAreAnswered()
{
    Target target;
    RawClient client(target.port());
    const QByteArray request = post("twelve bytes");
    for (qsizetype i = 0; i < request.size(); ++i) {
        client.send(request.sliced(i, 1));
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE_WITH_TIMEOUT(client.body(), "twelve bytes", patience);
}

void TestHttpGuard::aConnectionIsUsedAgain()
{
    Target target;
    RawClient client(target.port());
    for (int i = 1; i <= 20; ++i) {
        client.send(get("/hello"));
        QTRY_COMPARE_WITH_TIMEOUT(client.answers(), i, patience);
    }
    QCOMPARE(target.connections(), 1);
    QCOMPARE(target.handled, 20);
}

void TestHttpGuard::pipelinedRequestsAreAnsweredInOrder()
{
    Target target;
    QByteArray requests;
    for (int i = 0; i < 500; ++i)
        requests += get("/path/n" + QByteArray::number(i));
    RawClient client(target.port(), requests);
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 500, patience);
    static const QRegularExpression body(u"n([0-9]+)(?=HTTP|$)"_s);
    auto found = body.globalMatch(QString::fromLatin1(client.received()));
    for (int i = 0; i < 500; ++i)
        QCOMPARE(found.next().captured(1).toInt(), i);
}

void TestHttpGuard::gluedBytesAfterABodyAreTheNextRequest()
{
    Target target;
    RawClient client(target.port(), post("one") + "\r\n" + post("two") + get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 3, patience);
    QVERIFY(client.received().contains("oneHTTP/1.1 200"));
    QVERIFY(client.received().contains("twoHTTP/1.1 200"));
    QVERIFY(client.received().endsWith("hello"));
}

void TestHttpGuard::aRequestHiddenInABodyIsNotServed()
{
    Target target;
    RawClient client(target.port(), post(get("/hello")));
    QTRY_COMPARE_WITH_TIMEOUT(client.body(), get("/hello"), patience);
    QCOMPARE(target.handled, 1);
}

void TestHttpGuard::badHeadsAreRefusedBeforeAnyHandler_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    const QByteArray line = "POST /echo HTTP/1.1\r\nHost: a\r\n";
    QTest::newRow("length -5") << line + "Content-Length: -5\r\n\r\n" << 400;
    QTest::newRow("length 2^63") << line + "Content-Length: 9223372036854775808\r\n\r\n" << 413;
    QTest::newRow("length 5abc") << line + "Content-Length: 5abc\r\n\r\nhello" << 400;
    QTest::newRow("two lengths") << line + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello"
                                 << 400;
    QTest::newRow("gzip") << line + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" << 501;
    QTest::newRow("chunked, then gzip")
        << line + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"
        << 400;
    QTest::newRow("chunked of HTTP/1.0")
        << QByteArray("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") << 400;
    const QByteArray chunked = line + "Transfer-Encoding: chunked\r\n\r\n";
    QTest::newRow("chunk without a size") << chunked + "\r\nhello\r\n" << 400;
    QTest::newRow("chunk of -1") << chunked + "-1\r\nhello\r\n" << 400;
    QTest::newRow("chunk longer than said") << chunked + "2\r\nhello\r\n0\r\n\r\n" << 400;
    QTest::newRow("chunk of 2^64") << chunked + "10000000000000000\r\n" << 400;
    QTest::newRow("chunk too large") << chunked + "7fffffffffffff\r\n" << 413;
    QTest::newRow("chunk's size without an end") << chunked + QByteArray(300, '0') << 400;
    QTest::newRow("chunk's size in LF") << chunked + "0\n\n" << 400;
    QTest::newRow("many trailers") << chunked + "0\r\n" + QByteArray("X: y\r\n").repeated(4000)
            + "\r\n" << 431;
    QTest::newRow("chunked with a length")
        << line + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        << 400;
    QTest::newRow("expectation") << line + "Content-Length: 5\r\nExpect: rain\r\n\r\n" << 417;
    QTest::newRow("%2e%2e") << get("/path/%2e%2e") << 400;
    QTest::newRow("%00") << get("/path/%00") << 400;
    QTest::newRow("%0a") << get("/hello%0a") << 400;
    QTest::newRow("%2f") << get("/path/a%2fb") << 400;
    QTest::newRow("method") << QByteArray("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n") << 501;
    QTest::newRow("version") << QByteArray("GET /hello HTTP/3.0\r\nHost: a\r\n\r\n") << 505;
    QTest::newRow("no host") << QByteArray("GET /hello HTTP/1.1\r\n\r\n") << 400;
    QTest::newRow("bare LF") << QByteArray("GET /hello HTTP/1.1\nHost: a\n\n") << 400;
    QTest::newRow("TLS hello") << QByteArray("\x16\x03\x01\x02\0\x01", 6) << 400;
    QTest::newRow("long target") << get("/" + QByteArray(5000, 'a')) << 414;
    QTest::newRow("large head") << get("/hello", "X: " + QByteArray(20000, 'a') + "\r\n") << 431;
    QTest::newRow("many headers") << get("/hello", QByteArray("X: y\r\n").repeated(100)) << 431;
}

void TestHttpGuard::badHeadsAreRefusedBeforeAnyHandler()
{
    QFETCH(const QByteArray, bytes);
    Target target;
    RawClient client(target.port(), bytes);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QTEST(client.status(), "status");
    QCOMPARE(client.answers(), 1);
    QVERIFY(client.has("Content-Type: application/problem+json"));
    QVERIFY(client.has("Connection: close"));
    QCOMPARE(target.handled, 0);
    QTRY_COMPARE_WITH_TIMEOUT(target.connections(), 0, patience);
}

void TestHttpGuard::whatAServerMustTakeIsTaken_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("HTTP/1.0 without a host") << "GET /hello HTTP/1.0\r\n\r\n"_ba
                                             << "hello"_ba;
    QTest::newRow("HTTP/1.0 with a host") << "GET /hello HTTP/1.0\r\nHost: a\r\n\r\n"_ba
                                          << "hello"_ba;
    QTest::newRow("HTTP/1.2") << "GET /hello HTTP/1.2\r\nHost: a\r\n\r\n"_ba
                              << "hello"_ba;
    QTest::newRow("an empty host") << "GET /hello HTTP/1.1\r\nHost:\r\n\r\n"_ba
                                   << "hello"_ba;
    QTest::newRow("a target with a host") << "GET http://a:80/hello HTTP/1.1\r\nHost: b\r\n\r\n"_ba
                                          << "hello"_ba;
    QTest::newRow("blank lines before it") << "\r\n\r\n" + get("/hello") << "hello"_ba;
    QTest::newRow("nothing known in its headers")
        << get("/hello", "X-A: \t b \r\nUpgrade: h2c\r\nTE: trailers\r\n") << "hello"_ba;
    const QByteArray chunked
        = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n";
    QTest::newRow("chunks") << chunked + "5\r\nhello\r\nA\r\n, everyone\r\n0\r\n\r\n"
                            << "hello, everyone"_ba;
    QTest::newRow("no chunks") << chunked + "0\r\n\r\n"
                               << ""_ba;
    QTest::newRow("chunks with extensions")
        << chunked + "5;a=b;c=\"d e\"\r\nhello\r\n000 ;x\r\n\r\n"
        << "hello"_ba;
    QTest::newRow("chunks with trailers")
        << chunked + "5\r\nhello\r\n0\r\nX-Sum: 1\r\nHost: b\r\n\r\n"
        << "hello"_ba;
}

void TestHttpGuard::whatAServerMustTakeIsTaken()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QByteArray, body);
    Target target;
    RawClient client(target.port(), bytes);
    QTRY_COMPARE_WITH_TIMEOUT(target.handled, 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    QTRY_COMPARE_WITH_TIMEOUT(client.body(), body, patience);
    // The same, byte by byte, with a request behind it where there can be one.
    RawClient slow(target.port());
    for (const char byte : bytes) {
        slow.send(QByteArray(1, byte));
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE_WITH_TIMEOUT(slow.status(), 200, patience);
    QTRY_COMPARE_WITH_TIMEOUT(slow.body(), body, patience);
    QCOMPARE(target.handled, 2);
    if (bytes.contains("HTTP/1.0"))
        return;
    client.send(get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 2, patience);
    QVERIFY(client.received().endsWith("hello"));
}

void TestHttpGuard::theServerAsAWholeHasOptions()
{
    Target target;
    RawClient client(target.port(), "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 2, patience);
    QCOMPARE(client.status(), 204);
    QVERIFY(client.received().contains("Allow: GET, HEAD, "));
}

void TestHttpGuard::aChunkedBodyIsBoundedAsAWhole()
{
    HttpLimits limits = patientLimits();
    limits.maximumBodyBytes = 10;
    Target target(limits);
    RawClient client(target.port(),
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + QByteArray("4\r\nabcd\r\n").repeated(3));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 413);
    QCOMPARE(target.handled, 0);
}

void TestHttpGuard::nothingAfterARefusedHeadIsServed()
{
    Target target;
    RawClient client(target.port(), get("/%00") + get("/hello"));
    client.send(get("/hello"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 400);
    QCOMPARE(client.answers(), 1);
    QCOMPARE(target.handled, 0);
}

void TestHttpGuard::slowHeadsEndAtTheDeadline()
{
    Target target(shortLimits());
    RawClient client(target.port(), "GET /hello HTTP/1.1\r\nHost: a\r\n");
    QTimer drip;
    QObject::connect(&drip, &QTimer::timeout, &client.socket(), [&client] { client.send("X"); });
    drip.start(20);
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 408, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(target.connections(), 0, patience);
}

void TestHttpGuard::slowBodiesEndAtTheDeadline()
{
    Target target(shortLimits());
    RawClient client(
        target.port(), "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    QTimer drip;
    QObject::connect(&drip, &QTimer::timeout, &client.socket(), [&client] { client.send("X"); });
    drip.start(20);
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 408, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(target.handled, 0);
}

void TestHttpGuard::silentConnectionsAreClosed()
{
    Target target(shortLimits());
    RawClient client(target.port(), {});
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.received(), QByteArray());
    QCOMPARE(target.connections(), 0);
}

void TestHttpGuard::idleConnectionsAreClosed()
{
    Target target(shortLimits());
    RawClient client(target.port(), get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.answers(), 1);
}

void TestHttpGuard::aPauseOfTheServerIsNoFaultOfItsClients()
{
    Target target(shortLimits());
    RawClient client(target.port(), get("/hello").chopped(2));
    const auto isBegun = [&target] {
        const QList<Connection> connections = target.service().connections();
        return !connections.isEmpty() && connections.first().bytesIn > 0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isBegun(), patience);
    QThread::msleep(2000); // the program stands still, for longer than a head may take
    QCoreApplication::processEvents(); // its timers are due
    client.send("\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.body(), "hello", patience);
    QCOMPARE(client.status(), 200);
    // And who does nothing with the time that it gets anew has had it.
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
}

void TestHttpGuard::aHeadOf64MegabytesCostsNoMemory()
{
    Target target(shortLimits());
    const QByteArray part(64 * 1024, 'a');
    const qint64 before = residentBytes();
    qint64 most = before;
    RawClient client(target.port(), "GET /hello HTTP/1.1\r\nX: ");
    for (int i = 0; i < 1024 && !client.closed(); ++i) {
        client.socket().write(part);
        for (int turn = 0; client.socket().bytesToWrite() > 0 && !client.closed() && turn < 100;
             ++turn)
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
        most = std::max(most, residentBytes());
    }
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 431);
    QVERIFY2(
        most - before < 16 * megabyte * allowance, QByteArray::number(most - before).constData());
}

void TestHttpGuard::aBodyOfAGigabyteIsRefusedUnread()
{
    Target target(shortLimits());
    const QByteArray part(64 * 1024, 'a');
    const qint64 before = residentBytes();
    qint64 most = before;
    RawClient client(
        target.port(), "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n");
    for (int i = 0; i < 4096 && !client.closed(); ++i) {
        client.socket().write(part);
        for (int turn = 0; client.socket().bytesToWrite() > 0 && !client.closed() && turn < 100;
             ++turn)
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
        most = std::max(most, residentBytes());
    }
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 413);
    QCOMPARE(target.handled, 0);
    QVERIFY2(
        most - before < 16 * megabyte * allowance, QByteArray::number(most - before).constData());
}

void TestHttpGuard::expectedContinueComesAtOnce()
{
    Target target;
    const QByteArray request = post("hello", "Expect: 100-continue\r\n");
    RawClient client(target.port(), request.chopped(5));
    QTRY_COMPARE_WITH_TIMEOUT(client.received(), "HTTP/1.1 100 Continue\r\n\r\n", patience);
    client.send("hello");
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith("\r\n\r\nhello"), patience);
    QCOMPARE(client.answers(), 2);
}

void TestHttpGuard::aRefusedBodyIsNotAskedFor()
{
    Target target;
    RawClient client(target.port(),
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n"
        "Expect: 100-continue\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 413);
    QCOMPARE(client.answers(), 1);
}

void TestHttpGuard::headIsAnsweredWithoutABody()
{
    Target target;
    RawClient client(target.port(), "HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.status(), 200);
    QVERIFY(client.has("Content-Length: 5"));
    QVERIFY(client.received().endsWith("\r\n\r\n"));

    RawClient refused(target.port(), "HEAD /hello HTTP/1.1\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(refused.closed(), patience);
    QCOMPARE(refused.status(), 400);
    QVERIFY(refused.received().endsWith("\r\n\r\n"));
}

void TestHttpGuard::headIsAnsweredInTurn()
{
    Target target;
    const QByteArray head = "HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n";
    RawClient client(target.port(), get("/hello") + head + get("/hello") + head + get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 5, patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.received().endsWith("hello"), patience);
    QCOMPARE(client.received().count("hello"), 3);
    QVERIFY(!client.received().contains("zz"));
    QCOMPARE(client.count("Content-Length: 8388608"), 2);
}

void TestHttpGuard::connectionsPastTheCapAreTurnedAway()
{
    HttpLimits limits = patientLimits(); // for one that leaves would let another one in
    limits.lingerTimeout = 300ms;
    limits.maximumConnections = 100;
    Target target(limits);
    const qint64 before = residentBytes();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 1000; ++i)
        clients.push_back(std::make_unique<RawClient>(target.port()));
    const auto turnedAway = [&clients] {
        return std::ranges::count_if(clients,
            [](const auto &client) { return client->status() == 503 && client->closed(); });
    };
    QTRY_COMPARE_WITH_TIMEOUT(turnedAway(), 900, 6 * patience);
    QCOMPARE(target.connections(), 100);
    QVERIFY(residentBytes() - before < 32 * megabyte * allowance);

    clients.clear();
    QTRY_COMPARE_WITH_TIMEOUT(target.connections(), 0, patience);
    RawClient client(target.port(), get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
}

void TestHttpGuard::idleClientsMakeRoom_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("silent") << QByteArray();
    QTest::newRow("kept after an answer") << get("/hello");
    QTest::newRow("with half a head") << get("/hello").chopped(5);
    QTest::newRow("with half a body") << post("hello").chopped(2);
}

void TestHttpGuard::idleClientsMakeRoom()
{
    QFETCH(const QByteArray, bytes);
    HttpLimits limits = patientLimits();
    limits.maximumConnections = 20;
    Target target(limits);
    std::vector<std::unique_ptr<RawClient>> idle;
    for (int i = 0; i < 60; ++i)
        idle.push_back(std::make_unique<RawClient>(target.port(), bytes));
    QTRY_VERIFY_WITH_TIMEOUT(target.connections() >= 20, patience);
    const auto isServed = [&target] {
        RawClient client(target.port(), get("/hello"));
        return QTest::qWaitFor([&client] { return client.closed() || client.answers() > 0; })
            && client.status() == 200;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isServed(), patience);
    QVERIFY(target.connections() <= 20);
    // Who is not idle stays.
    RawClient active(target.port(), get("/hello"));
    for (int i = 1; i <= 20; ++i) {
        QTRY_COMPARE_WITH_TIMEOUT(active.answers(), i, patience);
        RawClient next(target.port(), get("/hello"));
        QTRY_VERIFY_WITH_TIMEOUT(next.closed() || next.answers() > 0, patience);
        active.send(get("/hello"));
    }
}

void TestHttpGuard::aClientThatNeverReadsIsDropped()
{
    Target target(shortLimits());
    RawClient client(target.port());
    client.socket().setReadBufferSize(1);
    client.socket().disconnect(); // Nobody empties the buffer.
    client.send(get("/big"));
    QTRY_COMPARE_WITH_TIMEOUT(target.handled, 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(target.connections(), 0, patience);
}

void TestHttpGuard::pipeliningWithoutReadingCostsNoMemory()
{
    Target target;
    const qint64 before = residentBytes();
    RawClient client(target.port());
    client.socket().setReadBufferSize(1);
    client.socket().disconnect();
    client.send(get("/big").repeated(200)); // 1.6 GB of answers
    QTRY_COMPARE_WITH_TIMEOUT(target.handled, 1, patience);
    RawClient other(target.port(), get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(other.status(), 200, patience);
    QCOMPARE(target.handled, 2);
    QVERIFY(residentBytes() - before < 64 * megabyte * allowance);
}

void TestHttpGuard::whatComesWhileAnAnswerWaitsIsCheckedToo()
{
    Target target;
    RawClient client(target.port());
    client.socket().setReadBufferSize(1);
    client.send(get("/big"));
    QTRY_COMPARE_WITH_TIMEOUT(target.handled, 1, patience);
    client.send(get("/path/%2e%2e"));
    QCoreApplication::processEvents();
    client.send(get("/hello"));
    QCoreApplication::processEvents();
    QCOMPARE(target.handled, 1);
    client.socket().setReadBufferSize(0);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.answers(), 2);
    QVERIFY(client.received().contains("HTTP/1.1 400 "));
    QCOMPARE(target.handled, 1);
}

void TestHttpGuard::whoSendsOnWithoutReadingIsDropped()
{
    Target target(shortLimits());
    const qint64 before = residentBytes();
    RawClient client(target.port());
    client.socket().setReadBufferSize(1);
    client.socket().disconnect();
    client.send(get("/big"));
    const QByteArray more = get("/hello").repeated(1000);
    for (int i = 0; i < 100; ++i) {
        client.socket().write(more);
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE_WITH_TIMEOUT(target.connections(), 0, patience);
    QCOMPARE(target.handled, 1);
    QVERIFY(residentBytes() - before < 64 * megabyte * allowance);
}

void TestHttpGuard::aSlowReaderGetsAllOfIt()
{
    Target target;
    RawClient client(target.port(), get("/big") + get("/big", "Connection: close\r\n"));
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(client.received().count('z'), 16 * megabyte);
}

void TestHttpGuard::clientsThatLeaveEarlyHurtNobody()
{
    Target target;
    for (int i = 0; i < 50; ++i) {
        RawClient polite(target.port(), get("/big"));
        polite.socket().disconnectFromHost();
        RawClient rude(target.port(), get("/big"));
        rude.socket().abort();
        RawClient half(target.port(), post("hello").chopped(3));
        QCoreApplication::processEvents();
    }
    RawClient client(target.port(), get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    QTRY_COMPARE_WITH_TIMEOUT(target.connections(), 1, patience);
}

void TestHttpGuard::whatAHandlerThrowsBecomesA500()
{
    Target target;
    QTest::ignoreMessage(QtWarningMsg, "the handler of /throw threw: boom");
    QTest::ignoreMessage(
        QtWarningMsg, "the handler of /throw/int threw: something that is no std::exception");
    RawClient client(target.port(), get("/throw") + get("/throw/int") + get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 3, patience);
    QCOMPARE(client.received().count("HTTP/1.1 500 "), 2);
    QVERIFY(!client.received().contains("boom"));
    QVERIFY(client.received().endsWith("hello"));
}

void TestHttpGuard::closingIsTheClientsChoice()
{
    Target target;
    RawClient closing(target.port(), get("/hello", "Connection: close\r\n") + get("/hello"));
    RawClient old(target.port(), "GET /hello HTTP/1.0\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(closing.closed(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(old.closed(), patience);
    QCOMPARE(closing.body(), "hello");
    QCOMPARE(old.body(), "hello");
    QCOMPARE(target.handled, 2);
}

void TestHttpGuard::runningOutOfDescriptorsIsNotTheEnd()
{
#ifdef __SANITIZE_ADDRESS__
    QSKIP("the sanitizer of undefined behaviour looks at objects through a pipe of its own");
#endif
    Target target;
    RawClient client(target.port());
    QVERIFY(client.socket().waitForConnected(patience)); // In the backlog, not yet accepted.
    rlimit usual{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    rlimit none = usual;
    none.rlim_cur = static_cast<rlim_t>(next);
    ::close(next);
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"^cannot accept a connection: "_s));
    QTRY_VERIFY_WITH_TIMEOUT(!target.connections(), 1);
    QCoreApplication::processEvents(QEventLoop::AllEvents, 50);
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &usual), 0);
    client.send(get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
}

void TestHttpGuard::garbageHurtsNobody()
{
    Target target(shortLimits());
    quint32 state = 1;
    for (int round = 0; round < 200; ++round) {
        QByteArray bytes = post("hello");
        for (int i = 0; i < 10; ++i) {
            state = state * 1664525U + 1013904223U;
            bytes[static_cast<qsizetype>((state >> 8) % bytes.size())]
                = static_cast<char>(state >> 24);
        }
        RawClient client(target.port(), bytes);
        QCoreApplication::processEvents();
    }
    RawClient client(target.port(), get("/hello"));
    QTRY_COMPARE_WITH_TIMEOUT(client.status(), 200, patience);
    QTRY_COMPARE_WITH_TIMEOUT(target.connections(), 0, patience);
}

QTEST_GUILESS_MAIN(TestHttpGuard)
#include "tst_httpguard.moc"
