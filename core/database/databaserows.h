// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/databaserow.h>
#include <semper/semper_database_export.h>

#include <QList>
#include <QStringList>
#include <QVariantList>

#include <algorithm>
#include <iterator>
#include <memory>

namespace semper {

/// The rows of a result, as a range.
class SEMPER_DATABASE_EXPORT DatabaseRows
{
public:
    using const_iterator = QList<DatabaseRow>::const_iterator;

    DatabaseRows();
    explicit DatabaseRows(QStringList columns);

    [[nodiscard]] const_iterator begin() const { return m_rows.constBegin(); }
    [[nodiscard]] const_iterator end() const { return m_rows.constEnd(); }
    [[nodiscard]] qsizetype size() const { return m_rows.size(); }
    [[nodiscard]] bool isEmpty() const { return m_rows.isEmpty(); }
    [[nodiscard]] const DatabaseRow &operator[](qsizetype row) const { return m_rows.at(row); }
    [[nodiscard]] const QStringList &columns() const { return *m_columns; }

    /// Each row as DatabaseRow::as() makes it.
    template <class T>
    [[nodiscard]] QList<T> as() const
    {
        QList<T> result;
        result.reserve(size());
        std::transform(begin(), end(), std::back_inserter(result),
            [](const DatabaseRow &row) { return row.template as<T>(); });
        return result;
    }

    /// As many values as there are columns.
    void append(QVariantList values);

private:
    std::shared_ptr<const QStringList> m_columns;
    QList<DatabaseRow> m_rows;
};

} // namespace semper
