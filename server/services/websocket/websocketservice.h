// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>
#include <semper/service.h>
#include <semper/websocketendpoint.h>

#include <QString>
#include <QStringList>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace semper {

struct WebSocketServiceOptions
{
    QString listen = {}; ///< "host:port", "[v6]:port" or "unix:PATH"; port 0 takes any free one
    std::optional<TlsSpec> tls = {}; ///< none: no TLS
    ServiceLimits limits = {};
    QStringList subprotocols = {}; ///< as WebSocketEndpoint::setSubprotocols()
    QStringList allowedOrigins = {}; ///< as WebSocketEndpoint::setAllowedOrigins()
    std::chrono::milliseconds pingInterval{20000}; ///< as WebSocketEndpoint::setPingInterval()
};

/// A service that exchanges messages over WebSockets, whatever path they ask for. Clients that
/// agree on the subprotocol "semper.v1", or begin with a hello, watch and command the server, as
/// over the hub's socket, if they show its token; all others are the handler's, or turned away
/// where there is none. The services' thread only.
class SEMPER_SERVER_EXPORT WebSocketService : public Service
{
    Q_OBJECT
public:
    using Options = WebSocketServiceOptions;

    explicit WebSocketService(QAnyStringView name, const Options &options = {});
    ~WebSocketService() override;

    /// As WebSocketEndpoint::onMessage().
    template <typename Handler>
    void onMessage(Handler handler)
    {
        m_endpoint.onMessage(std::move(handler));
    }
    /// The rest of what can be done: who comes and goes, sending by id, broadcasting.
    [[nodiscard]] WebSocketEndpoint &endpoint() { return m_endpoint; }

    using Service::send;
    bool send(quint64 id, const QByteArray &bytes) { return m_endpoint.send(id, bytes); }
    bool sendText(quint64 id, const QString &text) { return m_endpoint.sendText(id, text); }
    void broadcast(const QByteArray &bytes) { m_endpoint.broadcast(bytes); }
    void broadcastText(const QString &text) { m_endpoint.broadcastText(text); }

    [[nodiscard]] QString type() const override;

protected:
    [[nodiscard]] std::unique_ptr<ServiceListener> makeListener(const ListenerSpec &spec) override;

private:
    WebSocketEndpoint m_endpoint;
};

} // namespace semper
