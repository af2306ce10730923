// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/websocket/websocketendpoint.h"

#include "services/peers/peergroup.h"
#include "services/websocket/websocketgate.h"

namespace semper {

WebSocketEndpoint::WebSocketEndpoint()
    : m_peers(std::make_unique<PeerGroup>())
    , m_gate(std::make_unique<WebSocketGate>(*m_peers))
{ }

WebSocketEndpoint::~WebSocketEndpoint() = default;

void WebSocketEndpoint::setHandler(PeerHandler handler)
{
    m_peers->setHandler(std::move(handler));
}

void WebSocketEndpoint::onConnected(PeerListener listener)
{
    m_peers->setConnected(std::move(listener));
}

void WebSocketEndpoint::onDisconnected(PeerListener listener)
{
    m_peers->setDisconnected(std::move(listener));
}

void WebSocketEndpoint::setSubprotocols(const QStringList &subprotocols)
{
    m_gate->setSubprotocols(subprotocols);
}

void WebSocketEndpoint::setAllowedOrigins(const QStringList &origins)
{
    m_gate->setAllowedOrigins(origins);
}

void WebSocketEndpoint::setPingInterval(std::chrono::milliseconds interval)
{
    m_gate->terms().pingInterval = interval;
}

bool WebSocketEndpoint::send(quint64 id, const QByteArray &bytes)
{
    return m_peers->send(id, {.bytes = bytes});
}

bool WebSocketEndpoint::sendText(quint64 id, const QString &text)
{
    return m_peers->send(id, {.bytes = text.toUtf8(), .isText = true});
}

void WebSocketEndpoint::broadcast(const QByteArray &bytes)
{
    m_peers->broadcast({.bytes = bytes});
}

void WebSocketEndpoint::broadcastText(const QString &text)
{
    m_peers->broadcast({.bytes = text.toUtf8(), .isText = true});
}

bool WebSocketEndpoint::close(quint64 id, quint16 code, const QString &reason)
{
    return m_peers->close(id, code, reason);
}

} // namespace semper
