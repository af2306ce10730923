// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_database_export.h>
#include <semper/sqlvalue.h>

#include <QString>
#include <QStringList>
#include <QVariantList>

#include <memory>
#include <tuple>

/// Says which fields of a struct are columns, beside the struct, in its namespace:
/// \code
/// struct User
/// {
///     qint64 id = 0;
///     QString name;
///     std::optional<QDateTime> lastSeen; // the column "last_seen"
/// };
/// SEMPER_ROW(User, id, name, lastSeen)
/// \endcode
/// A column belongs to the field with the same letters; case and _ don't count.
#define SEMPER_ROW(Type, ...)                                                                      \
    [[maybe_unused]] inline constexpr auto semperColumns(const Type *)                             \
    {                                                                                              \
        return std::make_tuple(SEMPER_ROW_EXPAND(SEMPER_ROW_FIELDS(Type, __VA_ARGS__)));           \
    }

#define SEMPER_ROW_PARENTHESES ()
#define SEMPER_ROW_EXPAND(...) SEMPER_ROW_EXPAND3(SEMPER_ROW_EXPAND3(__VA_ARGS__))
#define SEMPER_ROW_EXPAND3(...) SEMPER_ROW_EXPAND2(SEMPER_ROW_EXPAND2(__VA_ARGS__))
#define SEMPER_ROW_EXPAND2(...) SEMPER_ROW_EXPAND1(SEMPER_ROW_EXPAND1(__VA_ARGS__))
#define SEMPER_ROW_EXPAND1(...) SEMPER_ROW_EXPAND0(SEMPER_ROW_EXPAND0(__VA_ARGS__))
#define SEMPER_ROW_EXPAND0(...) SEMPER_ROW_AGAIN0(SEMPER_ROW_AGAIN0(__VA_ARGS__))
#define SEMPER_ROW_AGAIN0(...) __VA_ARGS__
#define SEMPER_ROW_FIELDS(Type, field, ...)                                                        \
    ::semper::detail::RowField{u## #field, &Type::field} __VA_OPT__(                               \
        , SEMPER_ROW_MORE SEMPER_ROW_PARENTHESES(Type, __VA_ARGS__))
#define SEMPER_ROW_MORE() SEMPER_ROW_FIELDS

namespace semper {

namespace detail {

template <class Type, class Value>
struct RowField
{
    const char16_t *name;
    Value Type::*member;
};
template <class Type, class Value>
RowField(const char16_t *, Value Type::*) -> RowField<Type, Value>;

template <class T>
concept Described = requires
{
    semperColumns(static_cast<const T *>(nullptr));
};

} // namespace detail

/// One row of a result. A value, cheap to copy; it may outlive the result.
class SEMPER_DATABASE_EXPORT DatabaseRow
{
public:
    DatabaseRow(std::shared_ptr<const QStringList> columns, QVariantList values, qsizetype number);

    /// The value in the column \a name, or \a column from 0. Throws DatabaseError::Conversion
    /// where there is no such column, where it is no T, and for NULL unless T is std::optional.
    template <class T>
    [[nodiscard]] T value(QAnyStringView name) const
    {
        return value<T>(indexOf(name));
    }
    template <class T>
    [[nodiscard]] T value(qsizetype column) const
    {
        return fromSqlValue<T>(at(column), {columnName(column), m_number});
    }
    /// As the driver gave it; texts, numbers, QByteArray, and QDateTime in UTC.
    [[nodiscard]] QVariant operator[](QAnyStringView name) const { return at(indexOf(name)); }

    /// The whole row as a struct of SEMPER_ROW, or its first column as any other type.
    template <class T>
    [[nodiscard]] T as() const
    {
        if constexpr (detail::Described<T>) {
            T result;
            std::apply([&](const auto &...fields) { (readField(result, fields), ...); },
                semperColumns(static_cast<const T *>(nullptr)));
            return result;
        } else {
            return value<T>(0);
        }
    }

    [[nodiscard]] const QStringList &columns() const { return *m_columns; }
    [[nodiscard]] const QVariantList &values() const { return m_values; }

private:
    template <class T, class Value>
    void readField(T &result, const detail::RowField<T, Value> &field) const
    {
        const qsizetype column = indexOfField(field.name);
        result.*field.member = value<Value>(column);
    }
    [[nodiscard]] qsizetype indexOf(QAnyStringView name) const;
    [[nodiscard]] qsizetype indexOfField(QStringView field) const;
    [[nodiscard]] QVariant at(qsizetype column) const;
    [[nodiscard]] QStringView columnName(qsizetype column) const;

    std::shared_ptr<const QStringList> m_columns;
    QVariantList m_values;
    qsizetype m_number; ///< in its result, from 0
};

} // namespace semper
