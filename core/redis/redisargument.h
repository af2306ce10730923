// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QStringView>

#include <concepts>
#include <type_traits>

namespace semper {

template <class T>
concept RedisText = std::convertible_to<T, QStringView>;
template <class T>
concept RedisBytes = std::convertible_to<T, QByteArrayView> && !RedisText<T>;
/// No bool, whose form in Redis is the author's choice, and no characters.
template <class T>
concept RedisNumber
    = std::floating_point<T> ||(std::integral<T> && !std::same_as<T, bool> && sizeof(T) > 1
        && !std::same_as<T, wchar_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>);

/// One word of a command: text, which is sent as UTF-8, bytes as they are, or a number.
class RedisArgument
{
public:
    template <class T>
    requires RedisText<T> RedisArgument(const T &text)
        : m_bytes(QStringView(text).toUtf8())
    { }
    RedisArgument(const QByteArray &bytes)
        : m_bytes(bytes)
    { }
    template <class T>
    requires RedisBytes<T> RedisArgument(const T &bytes)
        : m_bytes(QByteArrayView(bytes).toByteArray())
    { }
    template <class T>
    requires RedisNumber<T> RedisArgument(T number)
    {
        if constexpr (std::is_floating_point_v<T>)
            m_bytes = QByteArray::number(double(number), 'g', 17);
        else if constexpr (std::is_signed_v<T>)
            m_bytes = QByteArray::number(qlonglong(number));
        else
            m_bytes = QByteArray::number(qulonglong(number));
    }

    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }

private:
    QByteArray m_bytes;
};

} // namespace semper
