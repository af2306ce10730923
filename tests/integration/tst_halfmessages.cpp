// SPDX-License-Identifier: GPL-3.0-or-later
#include "integration/rawclient.h"
#include "support/websocketbytes.h"

#include "net/heldbytes.h"

#include <semper/httpservice.h>
#include <semper/rpcservice.h>
#include <semper/tcpservice.h>
#include <semper/websocketservice.h>

#include <QTest>
#include <QUrl>

#include <algorithm>
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

std::unique_ptr<Service> serviceOf(const QString &type)
{
    const QString listen = u"127.0.0.1:0"_s;
    if (type == "http"_L1)
        return std::make_unique<HttpService>(type, HttpService::Options{.listen = listen});
    if (type == "rpc"_L1) {
        auto service = std::make_unique<RpcService>(type, RpcServiceOptions{.listen = listen});
        service->method(u"ping"_s, [](const RpcCall &) { return u"pong"_s; });
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

QTEST_GUILESS_MAIN(TestHalfMessages)
#include "tst_halfmessages.moc"
