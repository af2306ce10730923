// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/suspension.h>

#include <semper/stopped.h>
#include <semper/taskscope.h>

#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto notablePause = 500ms; ///< a busy event loop is late by less

} // namespace

Suspension::Suspension(TaskScope &scope, OnStop onStop)
    : m_scope(scope)
    , m_onStop(onStop)
{
    scope.checkThread("an await");
    m_place = scope.m_suspended.insert(scope.m_suspended.end(), this);
    // Through the event loop all the same: code that catches everything and tries again must
    // not keep the loop from running.
    if (scope.stopRequested())
        end(std::make_exception_ptr(Stopped()));
}

Suspension::~Suspension()
{
    m_scope.m_suspended.erase(m_place);
}

void Suspension::resume()
{
    end(nullptr);
}

void Suspension::fail(std::exception_ptr error)
{
    end(std::move(error));
}

void Suspension::endAfter(std::chrono::milliseconds delay, std::exception_ptr error)
{
    if (m_ended)
        return;
    m_alarm = m_scope.clock().timer(
        [this, error, delay, due = m_scope.clock().now() + delay]() mutable {
            if (m_ended)
                return;
            // This program was stopped or frozen, perhaps with who is to resume this: no fault of
            // theirs.
            if (const auto now = m_scope.clock().now(); error && now - due >= notablePause) {
                due = now + delay;
                return m_alarm->start(delay);
            }
            m_ended = true;
            m_error = error;
            wake();
        });
    m_alarm->start(delay);
}

void Suspension::await_resume() const
{
    if (m_error)
        std::rethrow_exception(m_error);
}

void Suspension::stop()
{
    end(m_onStop == OnStop::Throw ? std::make_exception_ptr(Stopped()) : nullptr);
}

void Suspension::end(std::exception_ptr error)
{
    if (std::exchange(m_ended, true))
        return;
    m_error = std::move(error);
    QMetaObject::invokeMethod(
        &m_context, [this] { wake(); }, Qt::QueuedConnection);
}

void Suspension::wake()
{
    m_over = true;
    // The coroutine's next step destroys this: nothing may follow.
    if (m_awaiting)
        m_awaiting.resume();
}

} // namespace semper
