// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/istask.h>
#include <semper/rpccall.h>
#include <semper/task.h>

#include <QJsonValue>

#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

namespace semper {

/// What answers the calls of a method: at once, or as a coroutine.
using RpcHandler = std::variant<std::function<QJsonValue(const RpcCall &)>,
    std::function<QCoro::Task<QJsonValue>(const RpcCall &)>>;

namespace detail {

/// The call stays where it is until the task is over.
template <typename Handler>
QCoro::Task<QJsonValue> awaited(Handler &handler, const RpcCall &call)
{
    using Result = typename std::invoke_result_t<Handler &, const RpcCall &>::value_type;
    if constexpr (std::is_void_v<Result>) {
        co_await handler(call);
        co_return QJsonValue::Null;
    } else {
        co_return QJsonValue(co_await handler(call));
    }
}

template <typename Handler>
RpcHandler rpcHandler(Handler handler)
{
    using Result = std::invoke_result_t<Handler &, const RpcCall &>;
    if constexpr (isTask<Result>) {
        return std::function<QCoro::Task<QJsonValue>(const RpcCall &)>(
            [handler = std::move(handler)](
                const RpcCall &call) mutable { return awaited(handler, call); });
    } else {
        return std::function<QJsonValue(const RpcCall &)>(
            [handler = std::move(handler)](const RpcCall &call) mutable {
                if constexpr (std::is_void_v<Result>) {
                    handler(call);
                    return QJsonValue(QJsonValue::Null);
                } else {
                    return QJsonValue(handler(call));
                }
            });
    }
}

} // namespace detail
} // namespace semper
