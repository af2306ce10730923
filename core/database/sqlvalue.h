// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_database_export.h>

#include <QByteArray>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <QStringView>
#include <QUuid>
#include <QVariant>

#include <concepts>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace semper {

// To the database: what may stand for a ?. NULL is nullptr, an empty std::optional, or a date that
// is not valid; an empty text is a text.

[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(QStringView text);
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(const QByteArray &blob);
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(const QDateTime &moment); ///< as UTC
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(QDate date);
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(QTime time);
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(const QUuid &uuid); ///< 36 characters
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(const QJsonObject &json);
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(const QJsonArray &json);
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(std::string_view utf8);
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(std::nullptr_t);
[[nodiscard]] inline QVariant toSqlValue(std::nullopt_t)
{
    return toSqlValue(nullptr);
}
[[nodiscard]] inline QVariant toSqlValue(const char *utf8)
{
    return toSqlValue(std::string_view(utf8));
}
[[nodiscard]] inline QVariant toSqlValue(QLatin1StringView text)
{
    return toSqlValue(QStringView(QString(text)));
}
/// By its type, as it would be without the QVariant.
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant toSqlValue(const QVariant &value);

template <class T>
requires std::is_arithmetic_v<T> || std::is_enum_v<T>
[[nodiscard]] QVariant toSqlValue(T value)
{
    if constexpr (std::is_enum_v<T>)
        return toSqlValue(static_cast<std::underlying_type_t<T>>(value));
    else if constexpr (std::same_as<T, bool>)
        return QVariant(value);
    else if constexpr (std::floating_point<T>)
        return QVariant(static_cast<double>(value));
    else if (std::in_range<qint64>(value)) // drivers know least about unsigned numbers
        return QVariant(static_cast<qint64>(value));
    else
        return QVariant(static_cast<quint64>(value));
}

template <class T>
[[nodiscard]] QVariant toSqlValue(const std::optional<T> &value)
{
    return value ? toSqlValue(*value) : toSqlValue(nullptr);
}

/// Where a value stands, for the message of an error.
struct SqlPlace
{
    QStringView column = {};
    qsizetype row = 0; ///< from 0
};

namespace detail {

[[noreturn]] SEMPER_DATABASE_EXPORT void throwNull(const SqlPlace &place);
SEMPER_DATABASE_EXPORT qint64 toInteger(
    const QVariant &value, qint64 least, qint64 greatest, const SqlPlace &place);
SEMPER_DATABASE_EXPORT quint64 toUnsigned(const QVariant &value, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, bool &to, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, double &to, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, QString &to, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, QByteArray &to, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, QDateTime &to, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, QDate &to, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, QTime &to, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, QUuid &to, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, QJsonObject &to, const SqlPlace &place);
SEMPER_DATABASE_EXPORT void read(const QVariant &from, QJsonArray &to, const SqlPlace &place);

template <class T>
inline constexpr bool isOptional = false;
template <class T>
inline constexpr bool isOptional<std::optional<T>> = true;

} // namespace detail

/// From the database: \a value as a T, or DatabaseError::Conversion. NULL is only for
/// std::optional<T> and QVariant. A date without a time zone is one in UTC.
template <class T>
[[nodiscard]] T fromSqlValue(const QVariant &value, const SqlPlace &place)
{
    if constexpr (std::same_as<T, QVariant>) {
        return value;
    } else if constexpr (detail::isOptional<T>) {
        if (value.isNull())
            return std::nullopt;
        return fromSqlValue<typename T::value_type>(value, place);
    } else {
        if (value.isNull())
            detail::throwNull(place);
        if constexpr (std::is_enum_v<T>) {
            return static_cast<T>(fromSqlValue<std::underlying_type_t<T>>(value, place));
        } else if constexpr (std::same_as<T, quint64> || std::same_as<T, unsigned long>) {
            return detail::toUnsigned(value, place);
        } else if constexpr (std::integral<T> && !std::same_as<T, bool>) {
            return static_cast<T>(detail::toInteger(value, qint64(std::numeric_limits<T>::min()),
                qint64(std::numeric_limits<T>::max()), place));
        } else if constexpr (std::same_as<T, float>) {
            return static_cast<float>(fromSqlValue<double>(value, place));
        } else {
            T result{};
            detail::read(value, result, place);
            return result;
        }
    }
}

} // namespace semper
