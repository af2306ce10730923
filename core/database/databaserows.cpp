// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/databaserows.h>

#include <utility>

namespace semper {

DatabaseRows::DatabaseRows()
    : DatabaseRows(QStringList())
{ }

DatabaseRows::DatabaseRows(QStringList columns)
    : m_columns(std::make_shared<const QStringList>(std::move(columns)))
{ }

void DatabaseRows::append(QVariantList values)
{
    m_rows.append(DatabaseRow(m_columns, std::move(values), m_rows.size()));
}

} // namespace semper
