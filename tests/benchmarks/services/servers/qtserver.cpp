// SPDX-License-Identifier: GPL-3.0-or-later
// The three services with Qt's classes and nothing around them: no limits, no deadlines, no checks.
// What Semper takes more than this is Semper's own.
#include "http/qthttpcompat.h"

#include <QCoreApplication>
#include <QHttpServer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QWebSocket>
#include <QWebSocketServer>

#include <cstdio>
#include <memory>

using namespace Qt::StringLiterals;

namespace {

constexpr int maximumPending = 20000; // QWebSocketServer adds to it: no INT_MAX

void tell(const char *name, const char *scheme, quint16 port)
{
    std::printf("%s %s://127.0.0.1:%d\n", name, scheme, int(port));
}

void serveHttp(QHttpServer &server)
{
    server.route(u"/hello"_s, QHttpServerRequest::Method::Get, [] {
        return QJsonObject{{u"message"_s, u"hello"_s}, {u"from"_s, u"a handler"_s}};
    });
    auto listener = std::make_unique<QTcpServer>();
    if (!listener->listen(QHostAddress::LocalHost))
        return;
    tell("http", "http", listener->serverPort());
    semper::qthttp::bind(server, std::move(listener));
}

void serveWebSockets(QWebSocketServer &server)
{
    server.setMaxPendingConnections(maximumPending);
    QObject::connect(&server, &QWebSocketServer::newConnection, &server, [&server] {
        QWebSocket *socket = server.nextPendingConnection();
        QObject::connect(socket, &QWebSocket::textMessageReceived, socket,
            [socket](const QString &text) { socket->sendTextMessage(text); });
        QObject::connect(socket, &QWebSocket::binaryMessageReceived, socket,
            [socket](const QByteArray &bytes) { socket->sendBinaryMessage(bytes); });
        QObject::connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
    });
    if (server.listen(QHostAddress::LocalHost))
        tell("websocket", "ws", server.serverPort());
}

QByteArray answer(const QByteArray &line)
{
    const QJsonObject call = QJsonDocument::fromJson(line).object();
    const QJsonArray params = call.value("params"_L1).toArray();
    QJsonObject answer{{u"jsonrpc"_s, u"2.0"_s}, {u"id"_s, call.value("id"_L1)}};
    if (call.value("method"_L1) == "add"_L1)
        answer.insert("result"_L1, params.at(0).toDouble() + params.at(1).toDouble());
    else
        answer.insert(
            "error"_L1, QJsonObject{{u"code"_s, -32601}, {u"message"_s, u"Method not found"_s}});
    return QJsonDocument(answer).toJson(QJsonDocument::Compact) + '\n';
}

void serveRpc(QTcpServer &server)
{
    server.setListenBacklogSize(1024);
    server.setMaxPendingConnections(maximumPending);
    QObject::connect(&server, &QTcpServer::newConnection, &server, [&server] {
        QTcpSocket *socket = server.nextPendingConnection();
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        QObject::connect(socket, &QIODevice::readyRead, socket, [socket] {
            while (socket->canReadLine())
                socket->write(answer(socket->readLine()));
        });
        QObject::connect(socket, &QAbstractSocket::disconnected, socket, &QObject::deleteLater);
    });
    if (server.listen(QHostAddress::LocalHost))
        tell("rpc", "tcp", server.serverPort());
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    QHttpServer http;
    QWebSocketServer webSockets(u"qt"_s, QWebSocketServer::NonSecureMode);
    QTcpServer rpc;
    serveHttp(http);
    serveWebSockets(webSockets);
    serveRpc(rpc);
    std::puts("ready");
    std::fflush(stdout);
    return QCoreApplication::exec();
}
