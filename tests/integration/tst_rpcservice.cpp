// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/rpcservice.h>

#include <semper/fakelink.h>
#include <semper/process.h>
#include <semper/rpcclient.h>
#include <semper/systemclock.h>

#include "rawclient.h"
#include "services/base/servicecontext.h"
#include "support/certificates.h"

#include <QCoroTimer>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QJsonArray>
#include <QRegularExpression>
#include <QSslSocket>
#include <QTest>
#include <QTimer>
#include <QUrl>

#include <stdexcept>

#include <sys/socket.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

constexpr int patience = 10'000;

QByteArray call(const QByteArray &method, const QByteArray &params, const QByteArray &id)
{
    return R"({"jsonrpc":"2.0","method":")" + method + R"(","params":)" + params + R"(,"id":)" + id
        + '}';
}

QByteArray result(const QByteArray &value, const QByteArray &id)
{
    return R"({"jsonrpc":"2.0","result":)" + value + R"(,"id":)" + id + '}';
}

QByteArray failure(int code, const QByteArray &message, const QByteArray &id)
{
    return R"({"jsonrpc":"2.0","error":{"code":)" + QByteArray::number(code) + R"(,"message":")"
        + message + R"("},"id":)" + id + '}';
}

QByteArray swoft(const QByteArray &route, const QByteArray &params, const QByteArray &ext = "[]")
{
    return R"({"jsonrpc":"2.0","method":")" + route + R"(","params":)" + params
        + R"(,"id":"","ext":)" + ext + "}\r\n\r\n";
}

QByteArray post(const QByteArray &body, const QByteArray &headers = {})
{
    return "POST /rpc HTTP/1.1\r\nHost: a\r\n" + headers
        + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

QCoro::Task<QJsonValue> echoLater(const RpcCall &call)
{
    QTimer timer;
    timer.start(std::chrono::milliseconds(call.needed(0, u"ms"_s).toInt()));
    co_await timer;
    co_return call.needed(1, u"value"_s);
}

QCoro::Task<> converse(RpcClient &rpc, QList<QJsonValue> &results)
{
    results.append(co_await rpc.call(u"calculator.sum"_s, 1, 2));
    const QJsonObject named{{u"a"_s, 3}, {u"b"_s, 4}};
    results.append(co_await rpc.callNamed(u"calculator.sum"_s, named));
    results.append(co_await rpc.call(u"guarded"_s));
    results.append(co_await rpc.call(u"later"_s, 1, u"x"_s));
    results.append(co_await rpc.call(u"positive"_s, -1));
    try {
        results.append(co_await rpc.call(u"refuse"_s));
    } catch (const RpcError &error) {
        results.append(error.code());
    }
}

/// A client with TLS that reads only when it is told to.
class TlsClient
{
public:
    TlsClient(quint16 port, const QString &authority)
    {
        QSslConfiguration tls = m_socket.sslConfiguration();
        tls.setCaCertificates(QSslCertificate::fromPath(authority));
        m_socket.setSslConfiguration(tls);
        m_socket.setReadBufferSize(16 * 1024);
        m_socket.connectToHostEncrypted(u"127.0.0.1"_s, port);
    }

    [[nodiscard]] QSslSocket &socket() { return m_socket; }
    void startReading()
    {
        QObject::connect(&m_socket, &QIODevice::readyRead, &m_socket,
            [this] { m_received += m_socket.readAll(); });
        m_received += m_socket.readAll();
    }
    [[nodiscard]] const QByteArray &read()
    {
        m_received += m_socket.readAll();
        return m_received;
    }
    [[nodiscard]] bool closed() const
    {
        return m_socket.state() == QAbstractSocket::UnconnectedState;
    }

private:
    QSslSocket m_socket;
    QByteArray m_received;
};

} // namespace

class TestRpcService : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void oneSendingIsAnsweredSo_data();
    void oneSendingIsAnsweredSo();
    void everyByteAloneIsAnsweredTheSame_data();
    void everyByteAloneIsAnsweredTheSame();
    void aLineInCrLfIsAnsweredThoughNothingFollows();
    void answersComeAsTheyAreReady();
    void swoftAnswersComeInOrder();
    void aClientThatClosedItsSideGetsWhatIsLate();
    void aClientThatClosedItsSideGetsAllOfALongAnswer();
    void aClientThatClosesItsSideLateGetsAllOfItsLastAnswer();
    void aThousandCallsAtOnceAreAllAnswered();
    void authenticationHoldsForTheConnection();
    void aWrongTokenAuthenticatesNobody();
    void aClientThatTakesNoAnswersIsNotAnsweredForEver();
    void overTlsCallsGoOnOnceAnswersWereTaken();
    void overTlsAConnectionEndsWithAllOfItsAnswer();
    void whoSaysNothingIsClosed();
    void halfAMessageIsNotWaitedForForEver_data();
    void halfAMessageIsNotWaitedForForEver();
    void pagesOfOthersAreNotHeard_data();
    void pagesOfOthersAreNotHeard();
    void whatAServerOfHttpMustTakeIsTaken();
    void aBatchIsBegunOneCallAtATime();
    void onlyOneAuthorizationCounts();
    void aConnectionThatIsClosedInsideACallIsGone();
    void aClientMayGoWhileAHandlerLetsTheEventLoopTurn();
    void afterAFloodOfNonsenseTheServiceStillAnswers();
    void clientsOfOursGetAlong_data();
    void clientsOfOursGetAlong();

private:
    std::unique_ptr<RpcService> m_service;
    semper::test::Certificates m_certificates;
    [[nodiscard]] bool listenWithTls();
    void restart(const RpcServiceOptions &options);
    [[nodiscard]] quint16 port() const
    {
        return static_cast<quint16>(QUrl(m_service->addresses().value(0)).port());
    }
};

void TestRpcService::init()
{
    restart({.listen = u"127.0.0.1:0"_s});
}

bool TestRpcService::listenWithTls()
{
    if (!m_certificates.make(u"server"_s, u"localhost"_s))
        return false;
    restart({.listen = u"127.0.0.1:0"_s,
        .tls = TlsSpec{.certificate = m_certificates.certificate(u"server"_s),
            .key = m_certificates.key(u"server"_s)},
        .limits = {.queueMaxBytes = 64 * 1024 * 1024}});
    return true;
}

void TestRpcService::restart(const RpcServiceOptions &options)
{
    m_service = std::make_unique<RpcService>(u"rpc"_s, options);
    m_service->setContext(
        {.supervision = nullptr, .isToken = [](const QByteArray &t) { return t == "secret"; }});
    QVERIFY(m_service->method(u"calculator.sum"_s, [](const RpcCall &call) {
        return call.needed(0, u"a"_s).toDouble() + call.needed(1, u"b"_s).toDouble();
    }));
    m_service->method(u"nothing"_s, [](const RpcCall &) {});
    m_service->method(u"throw"_s,
        [](const RpcCall &) -> QJsonValue { throw std::runtime_error("the password is 1234"); });
    m_service->method(
        u"refuse"_s, [](const RpcCall &) -> QJsonValue { throw RpcError(7, u"no"_s); });
    m_service->method(u"guarded"_s, [](const RpcCall &call) {
        call.requireToken();
        return true;
    });
    m_service->method(u"long"_s,
        [](const RpcCall &call) { return QString(call.needed(0, u"n"_s).toInt(), u'x'); });
    m_service->method(u"later"_s, &echoLater);
    m_service->method(u"hang-up"_s,
        [this](const RpcCall &call) { return m_service->closeConnection(call.connection()); });
    QCOMPARE(m_service->listen(), std::nullopt);
}

void TestRpcService::oneSendingIsAnsweredSo_data()
{
    QTest::addColumn<QByteArray>("sent");
    QTest::addColumn<QByteArray>("answer");
    const auto row = [](const QByteArray &name, const QByteArray &sent, const QByteArray &answer) {
        QTest::newRow(name.constData()) << sent << answer;
    };
    const QByteArray sum = call("calculator.sum", "[1,2]", "1");
    row("by position", sum + '\n', result("3", "1") + '\n');
    row("by name", call("calculator.sum", R"({"b":2,"a":1})", "\"x\"") + '\n',
        result("3", "\"x\"") + '\n');
    row("one is missing", call("calculator.sum", "[1]", "1") + '\n',
        R"({"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":"\"b\" is missing"},"id":1})"
        "\n"_ba);
    row("two glued", sum + '\n' + sum + '\n', result("3", "1") + '\n' + result("3", "1") + '\n');
    row("no result is null", call("nothing", "[]", "1") + '\n', result("null", "1") + '\n');
    row("own error", call("refuse", "[]", "1") + '\n', failure(7, "no", "1") + '\n');
    row("other exceptions tell nothing", call("throw", "[]", "1") + '\n',
        failure(-32603, "Internal error", "1") + '\n');
    row("unknown", call("no", "[]", "1") + '\n', failure(-32601, "Method not found", "1") + '\n');
    row("malformed, then well", "{\n" + sum + '\n',
        failure(-32700, "Parse error", "null") + '\n' + result("3", "1") + '\n');
    row("batch with notification and later call",
        '[' + call("later", "[5,1]", "1") + R"(,{"jsonrpc":"2.0","method":"nothing"},)" + sum
            + "]\n",
        '[' + result("1", "1") + ',' + result("3", "1") + "]\n");
    row("batch of what is no call", "[1," + sum + ",[2]]\n",
        '[' + failure(-32600, "Invalid Request", "null") + ',' + result("3", "1") + ','
            + failure(-32600, "Invalid Request", "null") + "]\n");
    row("empty batch", "[ ]\n", failure(-32600, "Invalid Request", "null") + '\n');
    // None of its calls is made.
    for (const QByteArray &end : {",]"_ba, "]]"_ba, ""_ba, "}"_ba, ",{]"_ba, ",{}{}]"_ba})
        row("broken batch " + end, '[' + call("throw", "[]", "1") + end + '\n',
            failure(-32700, "Parse error", "null") + '\n');
    row("stock without token", call("processes.list", "[]", "1") + '\n',
        failure(-32001, "authentication needed", "1") + '\n');
    row("lsp", "Content-Length: " + QByteArray::number(sum.size()) + "\r\n\r\n" + sum,
        "Content-Length: " + QByteArray::number(result("3", "1").size()) + "\r\n\r\n"
            + result("3", "1"));
    row("swoft", swoft(R"(1.0::App\\CalculatorInterface::sum)", "[1,2]"),
        "{\"jsonrpc\":\"2.0\",\"result\":3}\r\n\r\n");
    row("swoft, glued, unknown, malformed, null",
        swoft("1.0::A::b", "[]") + "{\r\n\r\n" + swoft("nothing", "[]"),
        R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request","data":"no such route"}})"
        "\r\n\r\n"
        R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error","data":null}})"
        "\r\n\r\n{\"jsonrpc\":\"2.0\",\"result\":null}\r\n\r\n");
    row("swoft, token in ext",
        swoft("guarded", "[]", R"({"token":"secret"})") + swoft("guarded", "[]"),
        "{\"jsonrpc\":\"2.0\",\"result\":true}\r\n\r\n"
        R"({"jsonrpc":"2.0","error":{"code":-32001,"message":"authentication needed","data":null}})"
        "\r\n\r\n");
}

void TestRpcService::oneSendingIsAnsweredSo()
{
    QFETCH(const QByteArray, sent);
    QFETCH(const QByteArray, answer);
    if (answer.contains("-32603"))
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the password is"_s));
    RawClient client(port(), sent);
    QTRY_COMPARE_WITH_TIMEOUT(client.received(), answer, patience);
}

void TestRpcService::everyByteAloneIsAnsweredTheSame_data()
{
    oneSendingIsAnsweredSo_data();
}

void TestRpcService::everyByteAloneIsAnsweredTheSame()
{
    QFETCH(const QByteArray, sent);
    QFETCH(const QByteArray, answer);
    if (answer.contains("-32603"))
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the password is"_s));
    // The service waits 200 ms for what tells one framing from another: if the machine pauses for
    // longer between two bytes, the client has to begin anew.
    constexpr int wait = 100;
    std::unique_ptr<RawClient> client;
    qint64 longest = wait;
    for (int tries = 0; tries < 20 && longest >= wait; ++tries) {
        client = std::make_unique<RawClient>(port());
        longest = 0;
        QElapsedTimer timer;
        timer.start();
        for (const char byte : sent) {
            client->send(QByteArray(1, byte));
            QCoreApplication::processEvents();
            longest = std::max(longest, timer.restart());
        }
        if (answer.contains("-32603") && longest >= wait) // Each time the log is told.
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"the password is"_s));
    }
    QTRY_COMPARE_WITH_TIMEOUT(client->received(), answer, patience);
}

void TestRpcService::aLineInCrLfIsAnsweredThoughNothingFollows()
{
    RawClient client(port(), "{broken\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(
        client.received(), failure(-32700, "Parse error", "null") + '\n', patience);
}

void TestRpcService::answersComeAsTheyAreReady()
{
    RawClient client(
        port(), call("later", "[300,1]", "1") + '\n' + call("calculator.sum", "[1,1]", "2") + '\n');
    QTRY_COMPARE_WITH_TIMEOUT(
        client.received(), result("2", "2") + '\n' + result("1", "1") + '\n', patience);
}

void TestRpcService::swoftAnswersComeInOrder()
{
    RawClient client(port(), swoft("later", "[200,1]") + swoft("later", "[1,2]"));
    QTRY_COMPARE_WITH_TIMEOUT(client.received(),
        "{\"jsonrpc\":\"2.0\",\"result\":1}\r\n\r\n{\"jsonrpc\":\"2.0\",\"result\":2}\r\n\r\n"_ba,
        patience);
}

void TestRpcService::aClientThatClosedItsSideGetsWhatIsLate()
{
    RawClient client(port(), call("later", "[300,1]", "1") + '\n' + call("later", "[1,2]", "2"));
    ::shutdown(static_cast<int>(client.socket().socketDescriptor()), SHUT_WR);
    QTRY_COMPARE_WITH_TIMEOUT(
        client.received(), result("2", "2") + '\n' + result("1", "1") + '\n', patience);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 0, patience);
}

void TestRpcService::aClientThatClosedItsSideGetsAllOfALongAnswer()
{
    RawClient client(port(), call("long", "[4000000]", "1") + '\n');
    ::shutdown(static_cast<int>(client.socket().socketDescriptor()), SHUT_WR);
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QCOMPARE(
        client.received().size(), result('"' + QByteArray(4000000, 'x') + '"', "1").size() + 1);
}

// What was unsent of the last answer of a connection went with the client's own side.
void TestRpcService::aClientThatClosesItsSideLateGetsAllOfItsLastAnswer()
{
    restart({.listen = u"127.0.0.1:0"_s, .limits = {.queueMaxBytes = 64 * 1024 * 1024}});
    RawClient client(port());
    client.socket().disconnect(&client.socket()); // It reads nothing yet.
    client.socket().setReadBufferSize(1024);
    client.send(post(call("long", "[20000000]", "1"), "Connection: close\r\n"));
    QTRY_VERIFY_WITH_TIMEOUT(m_service->connections().value(0).bytesOut > 0, patience);
    ::shutdown(static_cast<int>(client.socket().socketDescriptor()), SHUT_WR);
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 0, patience);
    client.socket().setReadBufferSize(0);
    client.readOn();
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), 3 * patience);
    QVERIFY(
        client.received().endsWith(result('"' + QByteArray(20'000'000, 'x') + '"', "1") + '\n'));
}

void TestRpcService::aThousandCallsAtOnceAreAllAnswered()
{
    QByteArray calls;
    for (int i = 0; i < 1000; ++i)
        calls += call("later", "[1,1]", QByteArray::number(i)) + '\n';
    RawClient client(port(), calls);
    QTRY_COMPARE_WITH_TIMEOUT(client.received().count('\n'), 1000, patience);
}

void TestRpcService::authenticationHoldsForTheConnection()
{
    RawClient client(port(),
        call("session.authenticate", R"({"token":"secret"})", "1") + '\n'
            + call("guarded", "[]", "2") + '\n');
    QTRY_COMPARE_WITH_TIMEOUT(
        client.received(), result("true", "1") + '\n' + result("true", "2") + '\n', patience);
    const QList<Connection> connections = m_service->connections();
    QCOMPARE(connections.size(), 1);
    QCOMPARE(connections.constFirst().user, u"token"_s);
    RawClient other(port(), call("guarded", "[]", "2") + '\n');
    QTRY_COMPARE_WITH_TIMEOUT(
        other.received(), failure(-32001, "authentication needed", "2") + '\n', patience);
    RawClient http(port(),
        post(call("session.authenticate", R"(["secret"])", "1")) + post(call("guarded", "[]", "2"))
            + post(call("guarded", "[]", "3"), "Authorization: Bearer secret\r\n")
            + post(R"({"jsonrpc":"2.0","method":"guarded"})")
            + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(http.answers(), 5, patience);
    QCOMPARE(http.received().count("HTTP/1.1 401 "), 2);
    QCOMPARE(http.received().count("HTTP/1.1 204 "), 1);
    QCOMPARE(http.received().count("HTTP/1.1 405 "), 1);
    QVERIFY(http.received().contains(result("true", "3")));
}

void TestRpcService::aWrongTokenAuthenticatesNobody()
{
    RawClient client(port(),
        call("session.authenticate", R"({"token":"secre"})", "1") + '\n'
            + call("guarded", "[]", "2") + '\n');
    QTRY_COMPARE_WITH_TIMEOUT(client.received(),
        failure(-32001, "authentication failed", "1") + '\n'
            + failure(-32001, "authentication needed", "2") + '\n',
        patience);
    const QList<Connection> connections = m_service->connections();
    QCOMPARE(connections.size(), 1);
    QCOMPARE(connections.constFirst().user, QString());
    RawClient http(port(), post(call("guarded", "[]", "3"), "Authorization: Bearer secre\r\n"));
    QTRY_COMPARE_WITH_TIMEOUT(http.status(), 401, patience);
    QVERIFY(http.received().contains(failure(-32001, "authentication failed", "3")));
    RawClient page(port(), post(call("nothing", "[]", "1"), "Origin: http://evil\r\n"));
    QTRY_COMPARE_WITH_TIMEOUT(page.status(), 403, patience);
}

void TestRpcService::aClientThatTakesNoAnswersIsNotAnsweredForEver()
{
    int calls = 0;
    m_service->method(u"count"_s, [&calls](const RpcCall &) {
        ++calls;
        return QString(100'000, u'x');
    });
    RawClient client(port());
    client.socket().setReadBufferSize(1);
    QByteArray all;
    for (int i = 0; i < 2000; ++i)
        all += call("count", "[]", "1") + '\n';
    client.send(all);
    QTRY_VERIFY_WITH_TIMEOUT(calls > 0, patience);
    QTest::qWait(500);
    QVERIFY2(calls < 500, qPrintable(QString::number(calls)));
}

void TestRpcService::overTlsCallsGoOnOnceAnswersWereTaken()
{
    if (!listenWithTls())
        QSKIP("openssl is not installed");
    TlsClient client(port(), m_certificates.certificate(u"server"_s));
    QTRY_VERIFY_WITH_TIMEOUT(client.socket().isEncrypted(), patience);
    QByteArray calls;
    for (int i = 0; i < 60; ++i)
        calls += call("long", "[200000]", "1") + '\n';
    client.socket().write(calls);
    QTRY_VERIFY_WITH_TIMEOUT(m_service->connections().value(0).bytesOut > 256 * 1024, patience);
    client.startReading();
    QTRY_COMPARE_WITH_TIMEOUT(client.read().count('\n'), 60, 3 * patience);
}

void TestRpcService::overTlsAConnectionEndsWithAllOfItsAnswer()
{
    if (!listenWithTls())
        QSKIP("openssl is not installed");
    TlsClient client(port(), m_certificates.certificate(u"server"_s));
    QTRY_VERIFY_WITH_TIMEOUT(client.socket().isEncrypted(), patience);
    client.socket().write(post(call("long", "[20000000]", "1"), "Connection: close\r\n"));
    QTRY_VERIFY_WITH_TIMEOUT(m_service->connections().value(0).bytesOut > 0, patience);
    QTest::qWait(3500); // longer than who is closed has for reading why
    client.startReading();
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), 3 * patience);
    QVERIFY(client.read().endsWith(result('"' + QByteArray(20'000'000, 'x') + '"', "1") + '\n'));
}

void TestRpcService::whoSaysNothingIsClosed()
{
    restart({.listen = u"127.0.0.1:0"_s, .limits = {.handshakeTimeout = 3000ms}});
    RawClient silent(port());
    RawClient speaking(port(), call("nothing", "[]", "1") + '\n');
    QTRY_VERIFY_WITH_TIMEOUT(silent.closed(), patience);
    QCOMPARE(silent.received(), ""_ba);
    speaking.send(call("nothing", "[]", "2") + '\n');
    QTRY_COMPARE_WITH_TIMEOUT(
        speaking.received(), result("null", "1") + '\n' + result("null", "2") + '\n', patience);
}

void TestRpcService::halfAMessageIsNotWaitedForForEver_data()
{
    QTest::addColumn<QByteArray>("half");
    QTest::addColumn<QByteArray>("answer");
    const QByteArray sum = call("nothing", "[]", "1");
    QTest::newRow("line") << sum << "no whole message came"_ba;
    QTest::newRow("words of a header") << "Content-Le"_ba
                                       << "no whole message came"_ba;
    QTest::newRow("content-length") << "Content-Length: 80\r\n\r\n{"_ba
                                    << "no whole message came"_ba;
    QTest::newRow("head of HTTP") << post(sum).first(20) << "HTTP/1.1 408 "_ba;
    QTest::newRow("body of HTTP") << post(sum).chopped(1) << "HTTP/1.1 408 "_ba;
}

void TestRpcService::halfAMessageIsNotWaitedForForEver()
{
    QFETCH(const QByteArray, half);
    QFETCH(const QByteArray, answer);
    restart({.listen = u"127.0.0.1:0"_s, .limits = {.writeStall = 3000ms}});
    RawClient slow(port());
    for (int i = 0; i < 8; ++i) { // longer than that, but not without a byte
        slow.send(half.sliced(i, 1));
        QTest::qWait(450);
    }
    QVERIFY2(slow.received().isEmpty(), slow.received());
    slow.send(half.sliced(8));
    QTRY_VERIFY_WITH_TIMEOUT(slow.closed(), patience);
    QVERIFY2(slow.received().contains(answer), slow.received());
}

void TestRpcService::pagesOfOthersAreNotHeard_data()
{
    QTest::addColumn<QString>("framing");
    QTest::addColumn<QByteArray>("headers");
    QTest::addColumn<bool>("heard");
    const auto automatic = u"auto"_s;
    const QByteArray other = "Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n";
    QTest::newRow("no page") << automatic << "Host: api.example\r\n"_ba << true;
    QTest::newRow("own page") << automatic
                              << "Host: localhost:1\r\nOrigin: http://localhost:1\r\n"_ba << true;
    QTest::newRow("other page") << automatic << other << false;
    QTest::newRow("page whose name means this address")
        << automatic << "Host: evil.example\r\nOrigin: http://evil.example\r\n"_ba << false;
    QTest::newRow("newline") << u"newline"_s << other << false;
    QTest::newRow("content-length") << u"content-length"_s << other << false;
    QTest::newRow("swoft") << u"swoft"_s << other << false;
}

void TestRpcService::pagesOfOthersAreNotHeard()
{
    QFETCH(const QString, framing);
    QFETCH(const QByteArray, headers);
    QFETCH(const bool, heard);
    restart({.listen = u"127.0.0.1:0"_s, .framing = framing});
    int calls = 0;
    m_service->method(u"count"_s, [&calls](const RpcCall &) { ++calls; });
    const QByteArray body = call("count", "[]", "1") + "\r\n\r\n";
    RawClient page(port(),
        "POST / HTTP/1.1\r\n" + headers + "Content-Length: " + QByteArray::number(body.size())
            + "\r\n\r\n" + body);
    if (heard) {
        QTRY_COMPARE_WITH_TIMEOUT(page.status(), 200, patience);
        QCOMPARE(calls, 1);
        return;
    }
    QTRY_VERIFY_WITH_TIMEOUT(page.closed(), patience);
    QCOMPARE(calls, 0);
}

void TestRpcService::whatAServerOfHttpMustTakeIsTaken()
{
    const QByteArray sum = call("calculator.sum", "[1,2]", "1");
    const QByteArray size = QByteArray::number(sum.size(), 16);
    RawClient client(port(),
        "\r\nPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + size + ";x\r\n"
            + sum + "\r\n0\r\nX: y\r\n\r\n" + "POST http://a/ HTTP/1.2\r\nHost:\r\nContent-Length: "
            + QByteArray::number(sum.size()) + "\r\n\r\n" + sum);
    QTRY_COMPARE_WITH_TIMEOUT(client.answers(), 2, patience);
    QTRY_COMPARE_WITH_TIMEOUT(client.received().count(result("3", "1")), 2, patience);
    RawClient old(port(),
        "POST / HTTP/1.0\r\nContent-Length: " + QByteArray::number(sum.size()) + "\r\n\r\n" + sum);
    QTRY_VERIFY_WITH_TIMEOUT(old.closed(), patience);
    QVERIFY(old.received().contains(result("3", "1")));
    RawClient large(
        port(), "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(large.closed(), patience);
    QCOMPARE(large.status(), 413);
}

void TestRpcService::aBatchIsBegunOneCallAtATime()
{
    int calls = 0;
    m_service->method(u"count"_s, [&calls](const RpcCall &) { return ++calls; });
    QByteArrayList batch;
    QByteArrayList results;
    for (int i = 1; i <= 100; ++i) {
        batch.append(call("count", "[]", QByteArray::number(i)));
        results.append(result(QByteArray::number(i), QByteArray::number(i)));
    }
    RawClient client(port(), '[' + batch.join(',') + "]\n" + call("nothing", "[]", "0") + '\n');
    QTRY_COMPARE_WITH_TIMEOUT(
        client.received(), '[' + results.join(',') + "]\n" + result("null", "0") + '\n', patience);
    // What has not begun when its client goes is not begun any more.
    RawClient leaver(port(), '[' + batch.join(',') + "]\n");
    leaver.socket().abort();
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 1, patience);
}

void TestRpcService::onlyOneAuthorizationCounts()
{
    RawClient two(port(),
        post(call("guarded", "[]", "1"),
            "Authorization: Bearer secret\r\nAuthorization: Bearer other\r\n"));
    QTRY_COMPARE_WITH_TIMEOUT(two.status(), 401, patience);
}

void TestRpcService::aConnectionThatIsClosedInsideACallIsGone()
{
    RawClient client(port(), call("hang-up", "[]", "1") + '\n');
    QTRY_VERIFY_WITH_TIMEOUT(client.closed(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 0, patience);
}

void TestRpcService::aClientMayGoWhileAHandlerLetsTheEventLoopTurn()
{
    bool isOver = false;
    m_service->method(u"wait"_s, [this, &isOver](const RpcCall &) {
        QEventLoop loop;
        QTimer look;
        connect(&look, &QTimer::timeout, &loop, [this, &loop] {
            if (m_service->connectionCount() == 0)
                loop.quit();
        });
        look.start(10ms);
        loop.exec();
        isOver = true;
        return 1;
    });
    // It is there already when the call comes, which is then read from the socket's own signal.
    RawClient client(port(), {});
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 1, patience);
    QTest::qWait(50);
    client.send(call("wait", "[]", "1") + '\n');
    QTimer::singleShot(200ms, this, [&client] { client.socket().abort(); });
    QTRY_VERIFY_WITH_TIMEOUT(isOver, patience);
    RawClient next(port(), call("nothing", "[]", "2") + '\n');
    QTRY_COMPARE_WITH_TIMEOUT(next.received(), result("null", "2") + '\n', patience);
}

void TestRpcService::afterAFloodOfNonsenseTheServiceStillAnswers()
{
    quint32 seed = 3;
    for (int round = 0; round < 200; ++round) {
        QByteArray bytes = round % 2 ? post(call("nothing", "[]", "1")) : swoft("nothing", "[]");
        for (int i = 0; i < 20; ++i) {
            seed = seed * 1664525 + 1013904223;
            bytes[static_cast<qsizetype>((seed >> 8) % static_cast<quint32>(bytes.size()))]
                = static_cast<char>(seed >> 16);
        }
        RawClient client(port(), bytes);
        QCoreApplication::processEvents();
    }
    RawClient client(port(), call("calculator.sum", "[1,2]", "1") + '\n');
    QTRY_COMPARE_WITH_TIMEOUT(client.received(), result("3", "1") + '\n', patience);
    QTRY_COMPARE_WITH_TIMEOUT(m_service->connectionCount(), 1, patience);
}

void TestRpcService::clientsOfOursGetAlong_data()
{
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<int>("framing");
    QTest::newRow("newline") << u"tcp"_s << int(RpcFraming::Newline);
    QTest::newRow("content-length") << u"tcp"_s << int(RpcFraming::ContentLength);
    QTest::newRow("swoft") << u"tcp"_s << int(RpcFraming::Swoft);
    QTest::newRow("http") << u"http"_s << int(RpcFraming::Newline);
}

void TestRpcService::clientsOfOursGetAlong()
{
    QFETCH(const QString, scheme);
    QFETCH(const int, framing);
    m_service->method(u"positive"_s, [](const RpcCall &call) -> QCoro::Task<bool> {
        const int number = call.needed(0, u"n"_s).toInt();
        co_return number > 0;
    });
    FakeLink link;
    SystemClock clock;
    Process process(u"caller"_s, 0, {}, link, clock);
    RpcClient rpc(process, QUrl(u"%1://127.0.0.1:%2"_s.arg(scheme).arg(port())),
        {.framing = RpcFraming(framing), .token = "secret"});
    QList<QJsonValue> results;
    const auto task = converse(rpc, results);
    const QList<QJsonValue> wanted{3, 7, true, u"x"_s, false, 7};
    QTRY_COMPARE_WITH_TIMEOUT(results, wanted, patience);
}

QTEST_GUILESS_MAIN(TestRpcService)
#include "tst_rpcservice.moc"
