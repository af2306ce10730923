// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/websocket/websocketgate.h"

#include "http/knownhost.h"
#include "http/requesthead.h"
#include "net/connectionrecord.h"
#include "services/peers/peergroup.h"
#include "services/peers/remotewatcher.h"
#include "services/websocket/websockethandshake.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QString queryOf(const RequestHead &head)
{
    const qsizetype mark = head.target.indexOf('?');
    return mark < 0 ? QString() : QString::fromLatin1(head.target.sliced(mark + 1));
}

} // namespace

WebSocketGate::WebSocketGate(PeerGroup &peers)
    : m_peers(peers)
{ }

void WebSocketGate::setTokenCheck(std::function<bool(const QByteArray &)> isToken)
{
    m_isToken = std::move(isToken);
}

std::variant<std::monostate, Problem, UpgradedConnection *> WebSocketGate::pass(
    const RequestHead &head, QTcpSocket &socket, ConnectionRecord &record,
    const ServiceLimits &limits, const ListenAddress *listener)
{
    if (auto problem = handshakeProblem(head))
        return std::move(*problem);
    if (!admitsOrigin(head, listener))
        return Problem{.status = 403, .detail = u"pages of that origin are not admitted"_s};
    QStringList subprotocols = m_subprotocols;
    if (m_peers.stock().openWatcher)
        subprotocols.append(watcherSubprotocol);
    const QString subprotocol = agreedSubprotocol(head, subprotocols);
    const bool authenticated = m_isToken && m_isToken(bearerTokenOf(head));
    // A handler may have a use of its own for what is in that header.
    const bool forWatching = !m_peers.handler() || subprotocol == watcherSubprotocol;
    if (forWatching && !authenticated && head.count("authorization") > 0)
        return Problem{.status = 401,
            .detail = u"that is not the server's bearer token"_s,
            .headers = {{"WWW-Authenticate"_ba, "Bearer"_ba}}};
    if (authenticated)
        record.setUser(u"token"_s);
    WebSocketTerms terms = m_terms;
    terms.messageCap = m_peers.messageCap(subprotocol == watcherSubprotocol);
    auto *connection = new WebSocketConnection(socket, record,
        {.id = record.id(),
            .address = record.peer(),
            .path = QString::fromUtf8(head.path),
            .query = queryOf(head),
            .subprotocol = subprotocol,
            .authenticated = authenticated},
        head, limits, terms);
    QObject::connect(connection, &WebSocketConnection::opened, &m_peers,
        [peers = &m_peers, connection] { peers->adopt(connection); });
    return connection;
}

bool WebSocketGate::admitsOrigin(const RequestHead &head, const ListenAddress *listener) const
{
    const QString origin = QString::fromLatin1(head.value("origin"));
    if (head.count("origin") == 1
        && (m_allowedOrigins.contains(u"*"_s)
            || m_allowedOrigins.contains(origin, Qt::CaseInsensitive)))
        return true;
    if (head.count("origin") == 0)
        return true;
    return isOwnOrigin(head) && (!listener || isKnownHost(head.value("host"), *listener));
}

} // namespace semper
