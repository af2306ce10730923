// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/deferredanswer.h>
#include <semper/httpserverrequest.h>
#include <semper/istask.h>
#include <semper/semper_server_export.h>
#include <semper/stopped.h>
#include <semper/task.h>

#include <QFuture>
#include <QHttpServerResponse>
#include <QString>

#include <concepts>
#include <exception>
#include <functional>
#include <tuple>
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

/// Logs \a what the handler of \a route, which may be empty, threw, and makes the 500 that the
/// client gets, which says nothing of it.
[[nodiscard]] SEMPER_SERVER_EXPORT QHttpServerResponse handlerThrew(
    const QString &route, const char *what);

/// The 503 for a request whose handler was cut short because its service ends.
[[nodiscard]] SEMPER_SERVER_EXPORT QHttpServerResponse handlerStopped();

/// The 503 for a request whose handler would be one too many.
[[nodiscard]] SEMPER_SERVER_EXPORT QHttpServerResponse tooManyUnderWay();

template <typename Handler, typename Return, typename... Arguments>
auto caught(Handler handler, const QString &route, Signature<Return, Arguments...>)
{
    return [handler = std::move(handler), route](Arguments... arguments) -> QHttpServerResponse {
        try {
            return toResponse(std::invoke(handler, std::forward<Arguments>(arguments)...));
        } catch (const std::exception &error) {
            return handlerThrew(route, error.what());
        } catch (...) {
            return handlerThrew(route, "something that is no std::exception");
        }
    };
}

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
using Responder = QHttpServerResponder &;
#else
using Responder = QHttpServerResponder &&;
#endif

/// Runs a handler that is a coroutine to its end, whether or not the client is still there. It and
/// its arguments live in here, so it may take them by reference.
template <typename Handler, typename... Arguments>
QCoro::Task<> drive(Handler handler, QString route, DeferredAnswer answer, Arguments... arguments)
{
    try {
        auto value = co_await std::invoke(handler, arguments...);
        answer.give(toResponse(std::move(value)));
    } catch (const Stopped &) {
        answer.give(handlerStopped());
    } catch (const std::exception &error) {
        answer.give(handlerThrew(route, error.what()));
    } catch (...) {
        answer.give(handlerThrew(route, "something that is no std::exception"));
    }
}

/// Whether the last of \a Arguments is the request.
template <typename... Arguments>
constexpr bool endsWithRequest()
{
    if constexpr (sizeof...(Arguments) == 0)
        return false;
    else
        return std::same_as<
            std::decay_t<std::tuple_element_t<sizeof...(Arguments) - 1, std::tuple<Arguments...>>>,
            HttpServerRequest>;
}

template <typename Handler, typename Task, typename... Arguments, std::size_t... Path>
auto deferred(Handler handler, const QString &route, Signature<Task, Arguments...>,
    std::index_sequence<Path...> /*of the path*/)
{
    static_assert((!std::same_as<std::decay_t<Arguments>, QHttpServerRequest> && ...),
        "a coroutine may not take a QHttpServerRequest, which is gone when it goes on: take a "
        "semper::HttpServerRequest");
    return [handler = std::move(handler), route](
               std::tuple_element_t<Path, std::tuple<std::decay_t<Arguments>...>>... arguments,
               const QHttpServerRequest &request, Responder responder) -> void {
        const DeferredAnswer answer(std::move(responder));
        if (!answer.mayRun())
            return answer.give(tooManyUnderWay());
        if constexpr (endsWithRequest<Arguments...>())
            static_cast<void>(drive(
                handler, route, answer, std::move(arguments)..., HttpServerRequest::of(request)));
        else
            static_cast<void>(drive(handler, route, answer, std::move(arguments)...));
    };
}

template <typename Handler, typename Return, typename... Arguments>
auto routable(Handler handler, const QString &route, Signature<Return, Arguments...> signature)
{
    if constexpr (isTask<Return>) {
        constexpr std::size_t inPath
            = sizeof...(Arguments) - (endsWithRequest<Arguments...>() ? 1 : 0);
        return deferred(std::move(handler), route, signature, std::make_index_sequence<inPath>());
    } else {
        return caught(std::move(handler), route, signature);
    }
}

/// \a handler with every exception turned into a 500, for QHttpServer::route(). \a route is its
/// path, for the log.
template <typename Handler>
auto safeHandler(Handler handler, const QString &route = {})
{
    static_assert(!ReturnsFuture<Handler>,
        "a handler may not return a QFuture: in Qt 6.4 the server crashes when the client leaves "
        "before the future is done. Return the answer itself, or a QCoro::Task of it");
    static_assert(!AnswersLater<Handler>,
        "a handler may not take a QHttpServerResponder and answer later: in Qt 6.4 the server "
        "crashes when the client has left by then. Return the answer itself, or a QCoro::Task of "
        "it");
    return routable(std::move(handler), route, typename SignatureOf<Handler>::Type{});
}

} // namespace semper::detail
