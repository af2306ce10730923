// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "control/bearertoken.h"
#include "control/controlhandlers.h"
#include "http/httplimits.h"
#include "http/problem.h"
#include "net/connectiontable.h"
#include "net/rebinding.h"
#include "spec/listenaddress.h"

#include <semper/semper_server_export.h>

#include <QHttpServer>
#include <QString>

#include <memory>
#include <optional>

namespace semper {

class GuardedServer;
class Supervision;
struct RequestHead;

/// Control over HTTP, on a listener of its own behind the same guard as every HTTP service. All
/// but /healthz and /readyz needs the token, which is checked before any handler runs. Main
/// thread only.
class SEMPER_SERVER_EXPORT ControlApi
{
public:
    /// \a supervision outlives it.
    explicit ControlApi(Supervision &supervision, const HttpLimits &limits = {});
    ~ControlApi();
    Q_DISABLE_COPY_MOVE(ControlApi)

    /// Who answers for the services' connections; without it there are none.
    void setConnectionSource(ConnectionSource source)
    {
        m_handlers.setConnectionSource(std::move(source));
    }
    /// Who answers for the events; without it there are none.
    void setEventSource(EventSource source) { m_handlers.setEventSource(std::move(source)); }
    /// Reads or makes the token in \a stateDirectory and binds \a address. Nothing, or why it
    /// could not, in a sentence that names the file or the address.
    [[nodiscard]] std::optional<QString> listen(
        const ListenAddress &address, const QString &stateDirectory);
    /// As Service::rebind().
    [[nodiscard]] Rebinding rebind(const ListenAddress &address);
    /// What listen() bound, with the real port: "http://127.0.0.1:18305". Empty before.
    [[nodiscard]] QString address() const;
    /// Whether this is the token; false before listen(). Takes the same time whatever is wrong with
    /// one of the right length.
    [[nodiscard]] bool isToken(const QByteArray &token) const;
    /// The same for any thread, as of now, also once this is gone.
    [[nodiscard]] std::function<bool(const QByteArray &token)> tokenCheck() const;

private:
    void addRoutes();
    void addReload();
    [[nodiscard]] std::unique_ptr<GuardedServer> makeServer();
    void use(std::unique_ptr<GuardedServer> server);
    [[nodiscard]] std::optional<Problem> admit(const RequestHead &head) const;

    std::optional<BearerToken> m_token;
    HttpLimits m_limits;
    ControlHandlers m_handlers;
    ListenAddress m_address;
    ConnectionTable m_connections;
    QHttpServer m_http;
    GuardedServer *m_server = nullptr; ///< m_http's; null until listen()
};

} // namespace semper
