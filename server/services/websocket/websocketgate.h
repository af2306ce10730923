// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/upgradedconnection.h"
#include "services/websocket/websocketconnection.h"

#include <semper/listenaddress.h>

#include <QString>
#include <QStringList>

#include <functional>
#include <optional>
#include <variant>

namespace semper {

class PeerGroup;

/// Decides who may open a WebSocket, before QtWebSockets hears of it, and brings those who may to
/// their group.
class WebSocketGate
{
public:
    /// \a peers outlives it.
    explicit WebSocketGate(PeerGroup &peers);

    void setSubprotocols(const QStringList &subprotocols) { m_subprotocols = subprotocols; }
    void setAllowedOrigins(const QStringList &origins) { m_allowedOrigins = origins; }
    [[nodiscard]] PeerGroup &peers() { return m_peers; }
    [[nodiscard]] WebSocketTerms &terms() { return m_terms; } ///< for those that come later
    /// Who shows the server's token at the handshake is known from then on.
    void setTokenCheck(std::function<bool(const QByteArray &)> isToken);

    /// Of a page only those are taken that name a host of \a listener, if that is given.
    [[nodiscard]] std::variant<std::monostate, Problem, UpgradedConnection *> pass(
        const RequestHead &head, QTcpSocket &socket, ConnectionRecord &record,
        const ServiceLimits &limits, const ListenAddress *listener);

private:
    [[nodiscard]] bool admitsOrigin(const RequestHead &head, const ListenAddress *listener) const;

    PeerGroup &m_peers;
    QStringList m_subprotocols;
    QStringList m_allowedOrigins;
    WebSocketTerms m_terms;
    std::function<bool(const QByteArray &)> m_isToken;
};

} // namespace semper
