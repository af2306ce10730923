// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/servicelistener.h"

#include <functional>

namespace semper {

/// A listener for byte streams: a function makes what serves a client.
class SEMPER_SERVER_EXPORT StreamListener : public ServiceListener
{
    Q_OBJECT
public:
    /// Makes what serves \a socket: a child of it. Null turns the client away. May ask \a listener
    /// for its spec and its limits, which outlive the connection.
    using Factory = std::function<LiveConnection *(
        const StreamListener &listener, QTcpSocket *socket, quint64 id)>;

    /// \a table and all that \a factory refers to outlive it. \a scheme is that of its addresses:
    /// "tcp", and \a tlsScheme with TLS.
    StreamListener(ConnectionTable &table, const ServiceLimits &limits, Factory factory,
        QLatin1StringView scheme = QLatin1StringView("tcp"),
        QLatin1StringView tlsScheme = QLatin1StringView("tls"), QObject *parent = nullptr);
    ~StreamListener() override;

protected:
    [[nodiscard]] LiveConnection *serve(QTcpSocket *socket, quint64 id) override;
    [[nodiscard]] QLatin1StringView scheme() const override;

private:
    Factory m_factory;
    QLatin1StringView m_scheme;
    QLatin1StringView m_tlsScheme;
};

} // namespace semper
