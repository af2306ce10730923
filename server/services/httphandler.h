// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QFuture>
#include <QHttpServerResponse>
#include <QString>

#include <concepts>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

namespace semper::detail {

template <typename Return, typename... Arguments>
struct Signature
{
    using Result = Return;
};

template <typename Handler>
struct SignatureOf : SignatureOf<decltype(&Handler::operator())>
{ };
template <typename Return, typename... Arguments>
struct SignatureOf<Return (*)(Arguments...)>
{
    using Type = Signature<Return, Arguments...>;
};
template <typename Return, typename Class, typename... Arguments>
struct SignatureOf<Return (Class::*)(Arguments...) const>
{
    using Type = Signature<Return, Arguments...>;
};
template <typename Return, typename Class, typename... Arguments>
struct SignatureOf<Return (Class::*)(Arguments...) const noexcept>
{
    using Type = Signature<Return, Arguments...>;
};

template <typename Handler>
using ResultOf = typename SignatureOf<std::decay_t<Handler>>::Type::Result;

template <typename T>
inline constexpr bool isFuture = false;
template <typename T>
inline constexpr bool isFuture<QFuture<T>> = true;

/// The kinds of handler that QtHttpServer takes and Semper does not, for they crash when the
/// client leaves before the answer.
template <typename Handler>
concept ReturnsFuture = isFuture<ResultOf<Handler>>;
template <typename Handler>
concept AnswersLater = std::is_void_v<ResultOf<Handler>>;

/// A string is text: QtHttpServer alone would guess its type from its contents, at a cost.
template <typename T>
QHttpServerResponse toResponse(T &&value)
{
    if constexpr (std::same_as<std::decay_t<T>, QString>)
        return QHttpServerResponse(QByteArray("text/plain; charset=utf-8"), value.toUtf8());
    else if constexpr (std::convertible_to<T, const char *>)
        return QHttpServerResponse(QByteArray("text/plain; charset=utf-8"), QByteArray(value));
    else
        return QHttpServerResponse(std::forward<T>(value));
}

/// Logs \a what and makes the 500 that the client gets, which says nothing of it.
[[nodiscard]] SEMPER_SERVER_EXPORT QHttpServerResponse handlerThrew(const char *what);

template <typename Handler, typename Return, typename... Arguments>
auto caught(Handler handler, Signature<Return, Arguments...>)
{
    return [handler = std::move(handler)](Arguments... arguments) -> QHttpServerResponse {
        try {
            return toResponse(std::invoke(handler, std::forward<Arguments>(arguments)...));
        } catch (const std::exception &error) {
            return handlerThrew(error.what());
        } catch (...) {
            return handlerThrew("something that is no std::exception");
        }
    };
}

/// \a handler with every exception turned into a 500, for QHttpServer::route().
template <typename Handler>
auto safeHandler(Handler handler)
{
    static_assert(!ReturnsFuture<Handler>,
        "a handler may not return a QFuture: in Qt 6.4 the server crashes when the client leaves "
        "before the future is done. Return the answer itself");
    static_assert(!AnswersLater<Handler>,
        "a handler may not take a QHttpServerResponder and answer later: in Qt 6.4 the server "
        "crashes when the client has left by then. Return the answer itself");
    return caught(std::move(handler), typename SignatureOf<Handler>::Type{});
}

} // namespace semper::detail
