// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/websocket/websocketlistener.h"

#include "services/peers/peergroup.h"
#include "services/websocket/websocketgate.h"
#include "services/websocket/websockethandshake.h"

using namespace Qt::StringLiterals;

namespace semper {

WebSocketListener::WebSocketListener(
    ConnectionTable &table, const ServiceLimits &limits, WebSocketGate &gate)
    : GuardedServer(table, {})
    , m_peers(gate.peers())
{
    setLimits(limits); // once for the guard, and once for what comes behind it
    setUpgrading([this, &gate](const RequestHead &head, QTcpSocket &socket,
                     ConnectionRecord &record, const ServiceLimits &serviceLimits)
                     -> std::variant<std::monostate, Problem, UpgradedConnection *> {
        if (!asksForWebSocket(head))
            return Problem{.status = 426,
                .detail = u"a WebSocket is spoken here"_s,
                .headers = {{"Upgrade"_ba, "websocket"_ba}}};
        return gate.pass(head, socket, record, serviceLimits, &spec().address);
    });
}

WebSocketListener::~WebSocketListener()
{
    dropConnections();
}

LiveConnection *WebSocketListener::serve(QTcpSocket *socket, quint64 id)
{
    return guard(socket, id); // and no QHttpServer behind it
}

void WebSocketListener::limitsChanged()
{
    GuardedServer::limitsChanged();
    m_peers.setLimits(limits());
}

QLatin1StringView WebSocketListener::scheme() const
{
    return spec().tls ? "wss"_L1 : "ws"_L1;
}

} // namespace semper
