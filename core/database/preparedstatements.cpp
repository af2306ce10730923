// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/preparedstatements.h"

#include <algorithm>
#include <utility>

namespace semper {

PreparedStatements::PreparedStatements(int limit)
    : m_limit(limit)
{ }

QSqlQuery *PreparedStatements::find(const QString &text, qsizetype arguments)
{
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
        [&](const Entry &entry) { return entry.arguments == arguments && entry.text == text; });
    if (found == m_entries.end())
        return nullptr;
    m_entries.splice(m_entries.begin(), m_entries, found);
    return &m_entries.front().query;
}

QSqlQuery *PreparedStatements::insert(const QString &text, qsizetype arguments, QSqlQuery &&query)
{
    m_entries.push_front({text, arguments, std::move(query)});
    if (int(m_entries.size()) > std::max(1, m_limit))
        m_entries.pop_back();
    return &m_entries.front().query;
}

void PreparedStatements::remove(const QString &text)
{
    m_entries.remove_if([&](const Entry &entry) { return entry.text == text; });
}

} // namespace semper
