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
[[nodiscard]] inline QVariant toSqlValue(const QString &text)
{
    return toSqlValue(QStringView(text));
}

namespace detail {
[[nodiscard]] SEMPER_DATABASE_EXPORT QVariant variantToSqlValue(const QVariant &value);
} // namespace detail

/// By its type, as it would be without the QVariant. Nothing else turns into a QVariant for it.
template <std::same_as<QVariant> T>
[[nodiscard]] QVariant toSqlValue(const T &value)
{
    return detail::variantToSqlValue(value);
}

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

} // namespace semper
