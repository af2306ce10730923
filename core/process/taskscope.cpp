// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/taskscope.h>

#include <semper/stopped.h>
#include <semper/suspension.h>

#include "process/currentexception.h"

#include <QLoggingCategory>
#include <QPointer>

#include <utility>

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logTasks, "semper.process", QtInfoMsg)

using Ended = std::function<void(const std::optional<Fault> &fault)>;

QCoro::Task<> follow(QCoro::Task<> task, Ended ended)
{
    std::optional<Fault> fault;
    try {
        co_await task;
    } catch (const Stopped &) {
        qCDebug(logTasks, "a stop cut a task short");
    } catch (...) {
        fault = currentFault();
    }
    ended(fault);
}

} // namespace

TaskScope::TaskScope(Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
{ }

TaskScope::~TaskScope() = default;

SleepRequest TaskScope::sleep(std::chrono::milliseconds duration)
{
    checkThread("sleep()");
    return {*this, duration};
}

void TaskScope::spawn(QCoro::Task<> task)
{
    checkThread("spawn()");
    ++m_running;
    // From the event loop: it may be over already.
    const auto end = [self = QPointer(this)](const std::optional<Fault> &fault) {
        if (self)
            QMetaObject::invokeMethod(
                self.data(), [self, fault] { self->ended(fault); }, Qt::QueuedConnection);
    };
    static_cast<void>(follow(std::move(task), end));
}

void TaskScope::requestStop()
{
    checkThread("requestStop()");
    if (std::exchange(m_stopRequested, true))
        return;
    for (Suspension *suspension : m_suspended)
        suspension->stop();
    Q_EMIT stopping();
}

void TaskScope::ended(const std::optional<Fault> &fault)
{
    --m_running;
    if (fault) {
        qCCritical(logTasks, "a spawned task threw %ls", qUtf16Printable(fault->what));
        Q_EMIT taskFailed(*fault);
    }
    Q_EMIT taskEnded();
}

} // namespace semper
