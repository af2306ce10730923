// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"
#include "support/websocketbytes.h"

#include "net/heldbytes.h"

#include <semper/httpservice.h>
#include <semper/rpcservice.h>
#include <semper/tcpservice.h>
#include <semper/websocketservice.h>

#include <QCoroTask>
#include <QCoroTimer>
#include <QTest>
#include <QUrl>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr int patience = 20'000;
constexpr qint64 kibibyte = 1024;
constexpr qint64 budget = 512 * kibibyte;
constexpr qsizetype half = 100 * kibibyte;
constexpr int clientCount = 40;

QCoro::Task<QJsonValue> waitForEver(const RpcCall &call)
{
    co_await QCoro::sleepFor(std::chrono::hours(1));
    co_return call.params();
}

QByteArray numbers(qsizetype count)
{
    return '[' + QByteArray("1,").repeated(count - 1) + "1]";
}

QByteArray call(const QByteArray &method, const QByteArray &params)
{
    return R"({"jsonrpc":"2.0","method":")" + method + R"(","params":)" + params + R"(,"id":1})";
}

std::unique_ptr<Service> serviceOf(const QString &type)
{
    const QString listen = u"127.0.0.1:0"_s;
    if (type == "http"_L1)
        return std::make_unique<HttpService>(type, HttpService::Options{.listen = listen});
    if (type == "rpc"_L1) {
        auto service = std::make_unique<RpcService>(type, RpcServiceOptions{.listen = listen});
        service->method(u"ping"_s, [](const RpcCall &) { return u"pong"_s; });
        service->method(u"long"_s, [](const RpcCall &) { return QString(half, u'x'); });
        service->method(u"wait"_s, &waitForEver);
        return service;
    }
    if (type == "websocket"_L1) {
        auto service
            = std::make_unique<WebSocketService>(type, WebSocketService::Options{.listen = listen});
        service->onMessage([](const Peer &peer, const Message &) { peer.sendText(u"pong"_s); });
        return service;
    }
    auto service = std::make_unique<TcpService>(type, TcpService::Options{.listen = listen});
    service->onFrame([](const Peer &peer, const QByteArray &) { peer.send("pong"); });
    return service;
}

} // namespace

/// Clients without a token that begin messages and do not end them.
class TestHalfMessages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theyHoldNoMoreThanTheBudget_data();
    void theyHoldNoMoreThanTheBudget();
    void whatCallsWereGivenCountsAsWhatItTakes();
    void whatACallWouldTakeIsKnownBeforeItIsRead_data();
    void whatACallWouldTakeIsKnownBeforeItIsRead();
    void answersOfABatchThatWaitCount();
};

void TestHalfMessages::theyHoldNoMoreThanTheBudget_data()
{
    QTest::addColumn<QByteArray>("halfMessage");
    QTest::addColumn<QByteArray>("wholeMessage");
    const QByteArray text(half, 'x');
    QTest::newRow("tcp") << text << "hello\n"_ba;
    QTest::newRow("rpc") << "{\"jsonrpc\": \"2.0\", \"method\": \"" + text
                         << "{\"jsonrpc\": \"2.0\", \"method\": \"ping\", \"id\": 1}\n"_ba;
    const QByteArray handshake = test::webSocketHandshake();
    QTest::newRow("websocket") << handshake
            + test::ClientFrame{.payload = text, .claimedBytes = 2 * half}.bytes()
                               << handshake + test::textFrame("hello");
    QTest::newRow("http, in chunks")
        << "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            + QByteArray::number(half, 16) + "\r\n" + text + "\r\n"
        << "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"_ba;
    QTest::newRow("http") << "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            + QByteArray::number(2 * half) + "\r\n\r\n"
            + text << "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"_ba;
}

void TestHalfMessages::theyHoldNoMoreThanTheBudget()
{
    QFETCH(const QByteArray, halfMessage);
    QFETCH(const QByteArray, wholeMessage);
    const auto service
        = serviceOf(QString::fromLatin1(QTest::currentDataTag()).section(u',', 0, 0));
    QCOMPARE(service->listen(), std::nullopt);
    HeldBytes::setBudget({.strangers = budget, .all = 2 * budget}); // below what the limits allow
    const auto port = static_cast<quint16>(QUrl(service->addresses().value(0)).port());
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < clientCount; ++i)
        clients.push_back(std::make_unique<RawClient>(port, halfMessage));
    const auto left = [&clients] {
        return std::ranges::count_if(clients, [](const auto &client) { return !client->closed(); });
    };
    QTRY_VERIFY_WITH_TIMEOUT(left() * half <= budget, patience);
    QVERIFY(left() > 0);
    // Who asks for little is served.
    for (int i = 0; i < 5; ++i) {
        RawClient client(port, wholeMessage);
        QTRY_VERIFY2_WITH_TIMEOUT(client.received().contains("pong") || client.status() == 200,
            client.received().constData(), patience);
    }
    QVERIFY(left() > 0);
}

void TestHalfMessages::whatCallsWereGivenCountsAsWhatItTakes()
{
    const auto service = serviceOf(u"rpc"_s);
    QCOMPARE(service->listen(), std::nullopt);
    HeldBytes::setBudget({.strangers = budget, .all = 2 * budget});
    const auto port = static_cast<quint16>(QUrl(service->addresses().value(0)).port());
    constexpr qsizetype count = 4 * kibibyte;
    constexpr qsizetype bytesOfNumber = 16; // at the least
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < clientCount; ++i) // whose text would fit
        clients.push_back(std::make_unique<RawClient>(port, call("wait", numbers(count)) + '\n'));
    // Once calls of clients that are gone hold too much as well, others are told so.
    const auto left = [&clients] {
        return std::ranges::count_if(clients, [](const auto &client) {
            return !client->closed() && !client->received().contains("-32003");
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(left() * count * bytesOfNumber <= budget, patience);
    // Who holds most goes first, so that of those that wait all may have gone; but not of all.
    QVERIFY(std::ranges::any_of(clients, [](const auto &client) { return !client->closed(); }));
    RawClient client(port, call("ping", "[]") + '\n');
    QTRY_VERIFY_WITH_TIMEOUT(client.received().contains("pong"), patience);
}

void TestHalfMessages::whatACallWouldTakeIsKnownBeforeItIsRead_data()
{
    QTest::addColumn<QByteArray>("message");
    const QByteArray ping = call("ping", numbers(32 * kibibyte));
    QTest::newRow("a call") << ping + '\n';
    QTest::newRow("in a batch") << '[' + call("ping", "[]") + ',' + ping + "]\n";
    QTest::newRow("objects") << call("ping", '[' + QByteArray("{},").repeated(10'000) + "{}]")
            + '\n';
}

void TestHalfMessages::whatACallWouldTakeIsKnownBeforeItIsRead()
{
    QFETCH(const QByteArray, message);
    const auto service = serviceOf(u"rpc"_s);
    QCOMPARE(service->listen(), std::nullopt);
    HeldBytes::setBudget({.strangers = budget, .all = 2 * budget});
    const auto port = static_cast<quint16>(QUrl(service->addresses().value(0)).port());
    RawClient client(port, message + call("ping", "[]") + '\n');
    QTRY_VERIFY_WITH_TIMEOUT(client.received().contains("pong"), patience);
    QVERIFY2(client.received().contains("-32600") && client.received().contains("memory"),
        client.received().constData());
    QCOMPARE(client.received().count("pong"), 1);
}

void TestHalfMessages::answersOfABatchThatWaitCount()
{
    const auto service = serviceOf(u"rpc"_s);
    QCOMPARE(service->listen(), std::nullopt);
    HeldBytes::setBudget({.strangers = budget, .all = 2 * budget});
    const auto port = static_cast<quint16>(QUrl(service->addresses().value(0)).port());
    const QByteArray batch = '[' + call("wait", "[]") + ',' + call("long", "[]") + "]\n";
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < clientCount; ++i)
        clients.push_back(std::make_unique<RawClient>(port, batch));
    const auto left = [&clients] {
        return std::ranges::count_if(clients, [](const auto &client) { return !client->closed(); });
    };
    QTRY_VERIFY_WITH_TIMEOUT(left() * half <= budget, patience);
    QVERIFY(left() > 0);
}

QTEST_GUILESS_MAIN(TestHalfMessages)
#include "tst_halfmessages.moc"
