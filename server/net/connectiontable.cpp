// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/connectiontable.h"

#include "net/liveconnection.h"

#include <algorithm>

namespace semper {

LiveConnection::~LiveConnection() = default;

ConnectionTable::~ConnectionTable()
{
    *m_count = 0;
}

void ConnectionTable::add(quint64 id, LiveConnection *connection, const QString &listener)
{
    const Entry entry{connection, listener};
    m_entries.insert(id, entry);
    *m_count = m_entries.size();
    Q_EMIT opened(describe(entry));
}

void ConnectionTable::remove(quint64 id)
{
    const auto it = m_entries.constFind(id);
    if (it == m_entries.cend())
        return;
    const Entry entry = *it;
    m_entries.erase(it);
    *m_count = m_entries.size();
    Q_EMIT closed(describe(entry));
}

QList<Connection> ConnectionTable::page(quint64 after, qsizetype limit) const
{
    QList<Connection> list;
    list.reserve(std::min(limit, m_entries.size()));
    for (auto it = m_entries.upperBound(after); it != m_entries.cend() && list.size() < limit; ++it)
        list.append(describe(*it));
    return list;
}

LiveConnection *ConnectionTable::find(quint64 id) const
{
    return m_entries.value(id).connection;
}

Connection ConnectionTable::describe(const Entry &entry)
{
    Connection connection = entry.connection->connection();
    connection.listener = entry.listener;
    return connection;
}

} // namespace semper
