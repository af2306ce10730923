// SPDX-License-Identifier: GPL-3.0-or-later
// The three services as a program that embeds Semper has them. Takes the options of `semper serve`.
#include <semper/httpservice.h>
#include <semper/rpcservice.h>
#include <semper/serverapplication.h>
#include <semper/websocketservice.h>

#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace {

constexpr int connections = 20000;

void setUp(semper::ServerApplication &app)
{
    const QString anyPort = u"127.0.0.1:0"_s;
    app.setNode(u"service-bench"_s);
    app.setControlAddress(anyPort);

    auto &http = app.addService<semper::HttpService>(
        u"http"_s, {.listen = anyPort, .limits = {.maximumConnections = connections}});
    http.route(u"/hello"_s, semper::HttpService::Method::Get, [] {
        return QJsonObject{{u"message"_s, u"hello"_s}, {u"from"_s, u"a handler"_s}};
    });

    auto &websocket = app.addService<semper::WebSocketService>(
        u"websocket"_s, {.listen = anyPort, .limits = {.connections = connections}});
    websocket.onMessage([](const semper::Peer &peer, const semper::Message &message) {
        if (message.isText)
            peer.sendText(message.text());
        else
            peer.send(message.bytes);
    });

    auto &rpc = app.addService<semper::RpcService>(u"rpc"_s,
        {.listen = anyPort, .framing = u"newline"_s, .limits = {.connections = connections}});
    rpc.method(u"add"_s, [](const semper::RpcCall &call) {
        return call.needed(0, u"a"_s).toDouble() + call.needed(1, u"b"_s).toDouble();
    });
}

} // namespace

int main(int argc, char *argv[])
{
    return semper::exec(argc, argv, setUp);
}
