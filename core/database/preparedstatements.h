// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QSqlQuery>
#include <QString>

#include <list>

namespace semper {

/// The prepared statements of one connection, as many as may be: those used last.
class PreparedStatements
{
public:
    explicit PreparedStatements(int limit);

    /// The one with this text and this number of arguments, if there is; it is now the newest.
    [[nodiscard]] QSqlQuery *find(const QString &text, qsizetype arguments);
    /// Keeps \a query, and lets the oldest go where there are too many.
    QSqlQuery *insert(const QString &text, qsizetype arguments, QSqlQuery &&query);
    void remove(const QString &text);
    void clear() { m_entries.clear(); }

private:
    struct Entry
    {
        QString text;
        qsizetype arguments;
        QSqlQuery query;
    };

    int m_limit;
    std::list<Entry> m_entries; ///< newest first; few enough to look through
};

} // namespace semper
