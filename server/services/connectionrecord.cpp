// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/connectionrecord.h"

#include "process/utc.h"
#include "services/peername.h"

namespace semper {

ConnectionRecord::ConnectionRecord(quint64 id, const QAbstractSocket &socket)
    : m_connection{.id = id,
        .peer = peerName(socket),
        .since = QDateTime::currentDateTimeUtc(),
        .user = peerUser(socket)}
    , m_lastActivity(m_connection.since.toMSecsSinceEpoch())
{ }

void ConnectionRecord::received(qint64 bytes)
{
    m_connection.bytesIn += bytes;
    m_lastActivity = QDateTime::currentMSecsSinceEpoch();
}

void ConnectionRecord::sent(qint64 bytes)
{
    m_connection.bytesOut += bytes;
    m_lastActivity = QDateTime::currentMSecsSinceEpoch();
}

Connection ConnectionRecord::connection() const
{
    Connection connection = m_connection;
    connection.lastActivity = QDateTime::fromMSecsSinceEpoch(m_lastActivity, utcZone);
    return connection;
}

} // namespace semper
