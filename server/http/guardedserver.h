// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/httpguard.h"
#include "http/httplimits.h"
#include "net/servicelistener.h"

#include <memory>
#include <utility>

namespace semper {

/// A listener that puts an HttpGuard on every connection, between it and QHttpServer.
class SEMPER_SERVER_EXPORT GuardedServer : public ServiceListener
{
    Q_OBJECT
public:
    /// \a table outlives it. What ServiceLimits has too, setLimits() changes.
    explicit GuardedServer(ConnectionTable &table, const HttpLimits &limits,
        Admission admission = {}, QObject *parent = nullptr);
    ~GuardedServer() override;

    /// Decides over requests that ask to leave HTTP; without it none may. Before listenOn() only.
    void setUpgrading(Upgrading upgrading) { m_upgrading = std::move(upgrading); }

protected:
    /// Puts the guard on \a socket and nothing behind it.
    [[nodiscard]] HttpGuard *guard(QTcpSocket *socket, quint64 id);
    [[nodiscard]] LiveConnection *serve(QTcpSocket *socket, quint64 id) override;
    [[nodiscard]] QTcpSocket *makeSocket() override;
    [[nodiscard]] QSslSocket *makeTlsSocket() override;
    [[nodiscard]] QByteArray refusal() const override;
    [[nodiscard]] QLatin1StringView scheme() const override;
    [[nodiscard]] std::chrono::milliseconds shortestLimit() const override;
    void limitsChanged() override;

private:
    HttpLimits m_http;
    Admission m_admission;
    Upgrading m_upgrading;
    std::shared_ptr<int> m_running = std::make_shared<int>(0); ///< handlers that answer later
};

} // namespace semper
