// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/guardedserver.h"

namespace semper {

class PeerGroup;
class WebSocketGate;

/// A listener of a WebSocketService: what asks for no WebSocket is refused.
class WebSocketListener : public GuardedServer
{
    Q_OBJECT
public:
    /// All outlive it.
    WebSocketListener(ConnectionTable &table, const ServiceLimits &limits, WebSocketGate &gate);
    ~WebSocketListener() override;

protected:
    [[nodiscard]] LiveConnection *serve(QTcpSocket *socket, quint64 id) override;
    [[nodiscard]] QLatin1StringView scheme() const override;
    void limitsChanged() override;

private:
    PeerGroup &m_peers;
};

} // namespace semper
