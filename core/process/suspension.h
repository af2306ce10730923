// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/clock.h>
#include <semper/semper_core_export.h>

#include <QObject>

#include <chrono>
#include <coroutine>
#include <exception>
#include <list>
#include <memory>

namespace semper {

class TaskScope;

/// One suspended await in a TaskScope, such as a Process: what sleep, replies and every other await
/// of Semper are made of. It stands in the frame of the awaiting coroutine, is resumed exactly
/// once, always from the event loop, and is cut short by a stop. Of resume(), fail(), the alarm and
/// the stop the first one wins. For the thread of the scope.
///
/// To make something awaitable, keep one as a local variable and await ended():
/// \code
/// Suspension answer(process, Suspension::OnStop::Throw);
/// connect(&device, &Device::answered, &answer.context(), [&] { answer.resume(); });
/// co_await answer.ended();
/// \endcode
class SEMPER_CORE_EXPORT Suspension
{
public:
    /// What a stop does to a running await: end it as if its time had come, or throw Stopped.
    enum class OnStop { Return, Throw };

    /// Begun after a stop, the await throws Stopped with either \a onStop.
    Suspension(TaskScope &scope, OnStop onStop);
    ~Suspension();
    Q_DISABLE_COPY_MOVE(Suspension)

    /// Lives as long as this: for connections that are to end with the await.
    [[nodiscard]] QObject &context() { return m_context; }

    /// The await is over.
    void resume();
    /// The await throws \a error.
    void fail(std::exception_ptr error);
    /// resume() or, with an \a error, fail() after \a delay, unless something is first. With an
    /// \a error the delay begins anew where this program did not run meanwhile.
    void endAfter(std::chrono::milliseconds delay, std::exception_ptr error = nullptr);

    /// What `co_await suspension.ended()` awaits: copyable, because QCoro 0.8 copies awaiters.
    struct Reference
    {
        Suspension &suspension;
        [[nodiscard]] bool await_ready() const noexcept { return suspension.await_ready(); }
        void await_suspend(std::coroutine_handle<> awaiting) { suspension.await_suspend(awaiting); }
        void await_resume() const { suspension.await_resume(); }
    };
    [[nodiscard]] Reference ended() { return {*this}; }

    [[nodiscard]] bool await_ready() const noexcept { return m_over; }
    void await_suspend(std::coroutine_handle<> awaiting) { m_awaiting = awaiting; }
    /// Throws what cut the await short.
    void await_resume() const;

private:
    friend class TaskScope;

    void stop();
    void end(std::exception_ptr error);
    void wake();

    TaskScope &m_scope;
    OnStop m_onStop;
    QObject m_context;
    std::unique_ptr<Clock::Timer> m_alarm;
    std::exception_ptr m_error;
    std::coroutine_handle<> m_awaiting;
    std::list<Suspension *>::iterator m_place;
    bool m_ended = false; ///< it is decided how the await ends
    bool m_over = false; ///< the event loop came round to tell
};

} // namespace semper
