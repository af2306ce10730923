// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoroTask>
#include <QTest>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace semper::test {

/// How a task ended, or that it did not yet.
template <class T>
struct Outcome
{
    using Value = std::conditional_t<std::is_void_v<T>, bool, T>;

    bool isOver = false;
    std::optional<Value> value;
    std::exception_ptr error;

    /// The value; throws what the task threw.
    Value take()
    {
        if (error)
            std::rethrow_exception(error);
        return std::move(value).value();
    }
};

/// Lives on as a coroutine until the task is over, whoever still looks at the outcome.
template <class T>
QCoro::Task<> follow(QCoro::Task<T> task, std::shared_ptr<Outcome<T>> outcome)
{
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(task);
            outcome->value = true;
        } else {
            outcome->value.emplace(co_await std::move(task));
        }
    } catch (...) {
        outcome->error = std::current_exception();
    }
    outcome->isOver = true;
}

template <class T>
[[nodiscard]] std::shared_ptr<Outcome<T>> followed(QCoro::Task<T> task)
{
    auto outcome = std::make_shared<Outcome<T>>();
    const auto ignored = follow(std::move(task), outcome);
    return outcome;
}

/// What the task returns or throws; an event loop runs meanwhile, for at most 30 s.
/// QCoro::waitFor() of 0.8 does not return where the task throws.
template <class T>
typename Outcome<T>::Value awaited(QCoro::Task<T> task)
{
    const auto outcome = followed(std::move(task));
    if (!QTest::qWaitFor([&] { return outcome->isOver; }, 30'000))
        throw std::runtime_error("a task did not end within 30 s");
    return outcome->take();
}

} // namespace semper::test
