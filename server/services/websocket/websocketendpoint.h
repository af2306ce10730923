// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/peerhandler.h>
#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QStringList>

#include <chrono>
#include <memory>
#include <utility>

namespace semper {

class PeerGroup;
class WebSocketGate;

/// Where WebSockets lead: the whole of a WebSocketService, or one path of an HttpService. A page
/// that did not come from the same host and port is refused, unless its origin is allowed. Main
/// thread only.
class SEMPER_SERVER_EXPORT WebSocketEndpoint : public QObject
{
    Q_OBJECT
public:
    WebSocketEndpoint();
    ~WebSocketEndpoint() override;

    /// Hands each message to \a handler, a function or a coroutine of (const Peer &, const Message
    /// &). Those of one client come one after the other, each when the one before is done with;
    /// meanwhile those of others do. What it throws closes the WebSocket with 1011. Who asks is for
    /// the handler to find out: Peer::isAuthenticated() and Service::isToken() tell what the server
    /// would say.
    template <typename Handler>
    void onMessage(Handler handler)
    {
        setHandler(detail::peerHandler<Message>(std::move(handler)));
    }
    void onConnected(PeerListener listener);
    /// Not for those that are connected when the service goes.
    void onDisconnected(PeerListener listener);

    /// The first of these that a client offers is agreed on. Default: none.
    void setSubprotocols(const QStringList &subprotocols);
    /// Pages of these may come too: "https://example.org", or "*" for any. Default: none.
    void setAllowedOrigins(const QStringList &origins);
    /// A client that was silent for so long is pinged, and after as long again given up. Default:
    /// 20 s; 0: never.
    void setPingInterval(std::chrono::milliseconds interval);

    /// As Peer::send() and Peer::sendText(). Watchers are no peers, here and below.
    bool send(quint64 id, const QByteArray &bytes);
    bool sendText(quint64 id, const QString &text);
    void broadcast(const QByteArray &bytes);
    void broadcastText(const QString &text);
    /// False: there is no such client. \a code and \a reason are those of the close frame.
    bool close(quint64 id, quint16 code = 1000, const QString &reason = {});

private:
    friend class HttpService;
    friend class WebSocketService;

    void setHandler(PeerHandler handler);

    std::unique_ptr<PeerGroup> m_peers;
    std::unique_ptr<WebSocketGate> m_gate;
};

} // namespace semper
