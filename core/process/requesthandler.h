// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/task.h>

#include <QJsonObject>

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace semper {

/// What answers requests, whether it was given as a function or as a coroutine.
template <class Request>
using RequestHandler = std::function<QCoro::Task<QJsonObject>(Request request)>;

namespace detail {

/// Keeps the handler, and what it was called with, for as long as it is not done.
template <class Request, class Handler>
QCoro::Task<QJsonObject> answered(std::shared_ptr<Handler> handler, Request request)
{
    using Result = std::invoke_result_t<Handler &, const Request &>;
    static_assert(
        std::same_as<Result, QCoro::Task<QJsonObject>> || std::convertible_to<Result, QJsonObject>,
        "a handler of requests returns a QJsonObject, or a QCoro::Task<QJsonObject>");
    if constexpr (std::convertible_to<Result, QJsonObject>)
        co_return std::invoke(*handler, std::as_const(request));
    else
        co_return co_await std::invoke(*handler, std::as_const(request));
}

/// Any function or coroutine of (const Request &) as a RequestHandler.
template <class Request, class Handler>
RequestHandler<Request> requestHandler(Handler handler)
{
    auto shared = std::make_shared<Handler>(std::move(handler));
    return [shared = std::move(shared)](
               Request request) { return answered<Request>(shared, std::move(request)); };
}

} // namespace detail
} // namespace semper
