// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/clock.h>
#include <semper/fault.h>
#include <semper/futurerequest.h>
#include <semper/homethread.h>
#include <semper/semper_core_export.h>
#include <semper/sleeprequest.h>
#include <semper/task.h>

#include <QFuture>
#include <QObject>

#include <chrono>
#include <list>
#include <optional>
#include <utility>

namespace semper {

class Suspension;

/// What coroutines wait in, and what cuts them short: a Process is one. No call blocks. For the
/// thread that made it, whose event loop resumes them; a call from another one throws
/// std::logic_error. Others know it by its objectName(), which a Redis server sees as the client's
/// name.
class SEMPER_CORE_EXPORT TaskScope : public QObject
{
    Q_OBJECT
public:
    /// \a clock must outlive it, and it must outlive what waits in it.
    explicit TaskScope(Clock &clock, QObject *parent = nullptr);
    ~TaskScope() override;

    /// Waits without blocking: `co_await process.sleep(3s)`. A stop ends it at once, as if its
    /// time had come; begun after a stop it throws Stopped.
    [[nodiscard]] SleepRequest sleep(std::chrono::milliseconds duration);
    /// Waits for work on another thread: `co_await process.result(future)` is what it returned, or
    /// throws what it threw. A stop throws Stopped here and leaves the work to itself.
    template <class T>
    [[nodiscard]] FutureRequest<T> result(QFuture<T> future)
    {
        return {*this, std::move(future)};
    }
    /// Has \a task go on by itself, in this scope. A stop cuts its awaits short as everywhere; what
    /// it throws is logged and told by taskFailed(), Stopped excepted.
    void spawn(QCoro::Task<> task);
    /// Spawned tasks that are not over.
    [[nodiscard]] int running() const { return m_running; }

    /// Somebody asked for an end. It never falls again.
    [[nodiscard]] bool stopRequested() const { return m_stopRequested; }
    [[nodiscard]] Clock &clock() const { return m_clock; }

public Q_SLOTS:
    /// Asks what runs here to end, as the server's stop does. Nothing is resumed inside this call.
    void requestStop();

Q_SIGNALS:
    /// Once, right after stopRequested() became true.
    void stopping();
    /// A spawned task is over; after taskFailed(), where it threw. From the event loop.
    void taskEnded();
    void taskFailed(const semper::Fault &fault);

protected:
    /// Throws on another thread than the scope's.
    void checkThread(const char *call) const { m_home.check(call); }

private:
    friend class Suspension;

    void ended(const std::optional<Fault> &fault);

    HomeThread m_home;
    Clock &m_clock;
    bool m_stopRequested = false;
    int m_running = 0;
    std::list<Suspension *> m_suspended; ///< oldest first
};

} // namespace semper
