// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/guardedserver.h"

#include "http/headwriter.h"
#include "net/guardedsocket.h"

#include <QSslSocket>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

GuardedServer::GuardedServer(
    ConnectionTable &table, const HttpLimits &limits, Admission admission, QObject *parent)
    : ServiceListener(table, limits.common(), parent)
    , m_http(limits)
    , m_admission(std::move(admission))
{ }

GuardedServer::~GuardedServer()
{
    dropConnections(); // The guards refer to members of this class.
}

HttpGuard *GuardedServer::guard(QTcpSocket *socket, quint64 id)
{
    auto *guarded = dynamic_cast<GuardedSocket *>(socket);
    return new HttpGuard(
        *guarded, id, m_http, m_admission, m_upgrading, limits(), m_running, line());
}

LiveConnection *GuardedServer::serve(QTcpSocket *socket, quint64 id)
{
    HttpGuard *made = guard(socket, id);
    addPendingConnection(made->relay());
    return made;
}

QTcpSocket *GuardedServer::makeSocket()
{
    return new Guarded<QTcpSocket>(this);
}

QSslSocket *GuardedServer::makeTlsSocket()
{
    return new Guarded<QSslSocket>(this);
}

QByteArray GuardedServer::refusal() const
{
    return refusalOf(HttpGuard::noRoom());
}

QLatin1StringView GuardedServer::scheme() const
{
    return spec().tls ? "https"_L1 : "http"_L1;
}

std::chrono::milliseconds GuardedServer::shortestLimit() const
{
    return std::min({ServiceListener::shortestLimit(), m_http.headTimeout, m_http.bodyTimeout,
        m_http.handlerTimeout});
}

void GuardedServer::limitsChanged()
{
    m_http.maximumConnections = limits().connections;
    m_http.maximumBodyBytes = limits().messageMaxBytes;
    m_http.idleTimeout = limits().idleTimeout;
    m_http.stallTimeout = limits().writeStall;
}

} // namespace semper
