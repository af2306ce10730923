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
#include <type_traits>

namespace semper {

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
