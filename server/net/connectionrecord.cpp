// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/connectionrecord.h"

#include "net/peername.h"
#include "process/utc.h"

#include <QSslSocket>

#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

/// Where there is no room for others: for the first byte, and then for the next. Such connections
/// are made to wait on, and one that is in use now and then is not to be ended.
constexpr auto timeToSpeak = 10ms;
constexpr auto timeToStay = 10s;

} // namespace

ConnectionRecord::ConnectionRecord(quint64 id, const QAbstractSocket &socket)
    : m_connection{.id = id,
        .peer = peerName(socket),
        .since = QDateTime::currentDateTimeUtc(),
        .user = peerUser(socket)}
    , m_lastActivity(m_connection.since.toMSecsSinceEpoch())
    , m_isKnown(qobject_cast<const QSslSocket *>(&socket) && !m_connection.user.isEmpty())
{
    m_quiet.start();
}

std::optional<LiveConnection::Quiet> ConnectionRecord::quiet() const
{
    const bool hasAsked = m_connection.bytesIn > 0;
    if (m_isKnown || quietTime() < (hasAsked ? timeToStay : timeToSpeak))
        return {};
    return LiveConnection::Quiet{.hasAsked = hasAsked, .time = quietTime()};
}

void ConnectionRecord::setUser(const QString &user)
{
    m_connection.user = user;
    m_isKnown = true;
    if (m_held)
        m_held->setTrusted();
}

void ConnectionRecord::bound(std::function<qint64()> measure, std::function<void()> giveUp)
{
    m_held = std::make_unique<HeldBytes>(std::move(measure), std::move(giveUp));
    if (m_isKnown)
        m_held->setTrusted();
}

void ConnectionRecord::remeasure()
{
    if (m_held)
        m_held->grew(0);
}

void ConnectionRecord::received(qint64 bytes)
{
    if (m_held)
        m_held->grew(bytes);
    m_connection.bytesIn += bytes;
    m_lastActivity = QDateTime::currentMSecsSinceEpoch();
    m_quiet.restart();
}

void ConnectionRecord::sent(qint64 bytes)
{
    m_connection.bytesOut += bytes;
    m_lastActivity = QDateTime::currentMSecsSinceEpoch();
    m_quiet.restart();
}

Connection ConnectionRecord::connection() const
{
    Connection connection = m_connection;
    connection.lastActivity = QDateTime::fromMSecsSinceEpoch(m_lastActivity, utcZone);
    return connection;
}

} // namespace semper
