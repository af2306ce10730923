// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/databaserow.h>

#include <semper/databaseerror.h>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// last_seen, lastSeen and LASTSEEN are one.
[[nodiscard]] bool areOne(QStringView column, QStringView field)
{
    const auto skip = [](QStringView text, qsizetype &at) {
        while (at < text.size() && text[at] == u'_')
            ++at;
    };
    for (qsizetype c = 0, f = 0;; ++c, ++f) {
        skip(column, c);
        skip(field, f);
        if (c == column.size() || f == field.size())
            return c == column.size() && f == field.size();
        if (column[c].toCaseFolded() != field[f].toCaseFolded())
            return false;
    }
}

[[noreturn]] void throwMissing(QAnyStringView name, const QStringList &columns)
{
    throw DatabaseError::Conversion(u"there is no column %1 in the result; there are %2"_s.arg(
        name.toString(), columns.join(u", "_s)));
}

} // namespace

DatabaseRow::DatabaseRow(
    std::shared_ptr<const QStringList> columns, QVariantList values, qsizetype number)
    : m_columns(std::move(columns))
    , m_values(std::move(values))
    , m_number(number)
{ }

qsizetype DatabaseRow::indexOf(QAnyStringView name) const
{
    for (qsizetype i = 0; i < m_columns->size(); ++i)
        if (QAnyStringView::compare(name, m_columns->at(i), Qt::CaseInsensitive) == 0)
            return i;
    throwMissing(name, *m_columns);
}

qsizetype DatabaseRow::indexOfField(QStringView field) const
{
    for (qsizetype i = 0; i < m_columns->size(); ++i)
        if (areOne(m_columns->at(i), field))
            return i;
    throwMissing(field, *m_columns);
}

QVariant DatabaseRow::at(qsizetype column) const
{
    if (column < 0 || column >= m_values.size())
        throwMissing(QString::number(column), *m_columns);
    return m_values.at(column);
}

QStringView DatabaseRow::columnName(qsizetype column) const
{
    return m_columns->at(column);
}

} // namespace semper
