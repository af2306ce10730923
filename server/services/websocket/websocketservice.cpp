// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/websocket/websocketservice.h"

#include "services/base/servicecontext.h"
#include "services/peers/peergroup.h"
#include "services/websocket/websocketgate.h"
#include "services/websocket/websocketlistener.h"

using namespace Qt::StringLiterals;

namespace semper {

WebSocketService::WebSocketService(QAnyStringView name, const Options &options)
    : Service(name, {.listen = options.listen, .tls = options.tls}, options.limits)
{
    m_endpoint.setSubprotocols(options.subprotocols);
    m_endpoint.setAllowedOrigins(options.allowedOrigins);
    m_endpoint.setPingInterval(options.pingInterval);
    const auto check = [this](const QByteArray &token) { return isToken(token); };
    m_endpoint.m_gate->setTokenCheck(check);
    m_endpoint.m_peers->setStock({.isToken = check,
        .openWatcher = [this](FrameConnection *watcher) { context().openWatcher(watcher); }});
}

WebSocketService::~WebSocketService()
{
    m_endpoint.m_peers->fallSilent();
    dropListeners();
}

QString WebSocketService::type() const
{
    return u"websocket"_s;
}

std::unique_ptr<ServiceListener> WebSocketService::makeListener(const ListenerSpec &)
{
    return std::make_unique<WebSocketListener>(table(), limits(), *m_endpoint.m_gate);
}

} // namespace semper
