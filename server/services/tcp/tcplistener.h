// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/servicelistener.h"
#include "services/tcp/streamframes.h"

namespace semper {

class PeerGroup;

/// A listener of a TcpService: makes a StreamConnection of each client.
class TcpListener : public ServiceListener
{
    Q_OBJECT
public:
    /// All outlive it.
    TcpListener(ConnectionTable &table, const ServiceLimits &limits, PeerGroup &peers);
    ~TcpListener() override;

protected:
    [[nodiscard]] LiveConnection *serve(QTcpSocket *socket, quint64 id) override;
    void served(LiveConnection *connection) override;
    [[nodiscard]] QByteArray refusal() const override;
    void limitsChanged() override;

private:
    [[nodiscard]] StreamFraming framing() const;

    PeerGroup &m_peers;
};

} // namespace semper
