// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "database/connectionthread.h"
#include "protocol/growingdelay.h"

#include <semper/clock.h>
#include <semper/databaseoptions.h>
#include <semper/task.h>

#include <QFutureWatcher>

#include <chrono>
#include <deque>
#include <exception>
#include <list>
#include <memory>

namespace semper {

class TaskScope;
class Suspension;

/// Gives jobs to connections: first come, first served. Lives on the main thread; a job that waits
/// or runs is a suspended await.
class ConnectionPool
{
public:
    struct Worker;

    /// One job and its await.
    struct Request
    {
        ConnectionThread::Job job;
        std::chrono::milliseconds timeout;
        std::shared_ptr<Worker> worker = {}; ///< that has to do it, or does it
        bool leases = false; ///< the worker serves nobody else from then on
        bool releases = false; ///< and from here on it does, however this ends
        Suspension *answer = nullptr; ///< while somebody waits
        SqlResult result = {};
        bool isRunning = false;
        bool isTaken = false; ///< the await is over, and well
    };

    ConnectionPool(TaskScope &scope, const DatabaseOptions &options);
    /// Closes the connections behind what they are doing; interrupts that after a second.
    ~ConnectionPool();
    Q_DISABLE_COPY_MOVE(ConnectionPool)

    [[nodiscard]] const DatabaseOptions &options() const { return m_options; }

    /// Has \a request done; \a pool is kept until then. Throws what the job threw, TimedOut,
    /// QueueFull or Stopped.
    [[nodiscard]] static QCoro::Task<> perform(
        std::shared_ptr<ConnectionPool> pool, std::shared_ptr<Request> request);
    /// Rolls back what a worker is in the middle of; then it serves others again.
    void release(const std::shared_ptr<Worker> &worker);

private:
    void enqueue(const std::shared_ptr<Request> &request);
    void forget(const std::shared_ptr<Request> &request);
    void dispatch();
    [[nodiscard]] std::shared_ptr<Worker> freeWorker();
    [[nodiscard]] bool mayConnect();
    void start(const std::shared_ptr<Worker> &worker, const std::shared_ptr<Request> &request);
    void finish(const std::shared_ptr<Worker> &worker);
    void countFailures(const JobOutcome &outcome);
    void failWaiting(const std::exception_ptr &error);
    [[nodiscard]] std::shared_ptr<Worker> find(const Worker *worker) const;
    void giveUp(const std::shared_ptr<Worker> &worker);
    void abandon(const std::shared_ptr<Worker> &worker);

    TaskScope &m_scope;
    DatabaseOptions m_options;
    std::list<std::shared_ptr<Worker>> m_workers;
    std::deque<std::shared_ptr<Request>> m_queue;
    /// Grows with each failure to connect since the last success.
    GrowingDelay m_backoff{std::chrono::milliseconds(100), std::chrono::seconds(5)};
    std::chrono::milliseconds m_nextAttempt{0}; ///< by the scope's clock
    std::unique_ptr<Clock::Timer> m_retry;
};

} // namespace semper
