// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/futurerequest.h>
#include <semper/task.h>
#include <semper/taskscope.h>

#include <QPromise>

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

namespace semper {

namespace detail {

template <class T>
QCoro::Task<> fulfil(std::shared_ptr<QPromise<T>> promise, QCoro::Task<T> task)
{
    try {
        if constexpr (std::is_void_v<T>) {
            co_await task;
        } else {
            T value = co_await task;
            promise->addResult(std::move(value));
        }
    } catch (...) {
        promise->setException(std::current_exception());
    }
    promise->finish();
}

} // namespace detail

/// Gives a task that knows nothing of a stop, as QCoro's are, the manners of Semper's own awaits:
/// `co_await untilStop(process, qCoro(device).readLine())` is what the task returns, or throws what
/// it throws, and a stop ends it with Stopped. For the thread of the scope.
///
/// The stop ends the await only. The task waits on, and may still be resumed: what it uses has to
/// live longer than run(), as a member of the user process does.
template <class T>
[[nodiscard]] FutureRequest<T> untilStop(TaskScope &scope, QCoro::Task<T> task)
{
    const auto promise = std::make_shared<QPromise<T>>();
    promise->start();
    detail::fulfil(promise, std::move(task));
    return scope.result(promise->future());
}

} // namespace semper
