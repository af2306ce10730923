// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoroTask>
#include <QTest>

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace semper::test {

namespace detail {

template <class T>
struct Outcome
{
    std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> value;
    std::exception_ptr error;
    [[nodiscard]] bool isThere() const { return value || error; }
};

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
}

} // namespace detail

/// What \a task comes to, or throws, while the event loop runs. Aborts the test after 30 s.
/// QCoro::waitFor() of 0.8 does not return where the task throws.
template <class T>
T awaited(QCoro::Task<T> task)
{
    const auto outcome = std::make_shared<detail::Outcome<T>>();
    auto following = detail::follow(std::move(task), outcome);
    if (!QTest::qWaitFor([&] { return outcome->isThere(); }, 30'000))
        qFatal("a task did not end within 30 s");
    if (outcome->error)
        std::rethrow_exception(outcome->error);
    if constexpr (!std::is_void_v<T>)
        return std::move(*outcome->value);
}

} // namespace semper::test
