// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/connectionpool.h"

#include <semper/databaseerror.h>
#include <semper/suspension.h>
#include <semper/taskscope.h>

#include <QCoreApplication>
#include <QScopeGuard>
#include <QTimer>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto graceWhenDropped = 1s;
/// A server that lives has given up a statement by then, and said so.
constexpr auto patienceWithServer = 500ms;

[[nodiscard]] DatabaseOptions checked(DatabaseOptions options)
{
    using Driver = DatabaseOptions::Driver;
    // Each further connection to memory would have a database of its own.
    const bool isMemory = options.driver == Driver::Sqlite && options.name == ":memory:"_L1;
    options.connections = isMemory ? 1 : std::max(1, options.connections);
    return options;
}

template <class Error>
[[nodiscard]] std::exception_ptr error(const QString &text)
{
    return std::make_exception_ptr(Error(text));
}

} // namespace

struct ConnectionPool::Worker
{
    std::shared_ptr<ConnectionThread> thread;
    QFutureWatcher<JobOutcome> watcher;
    std::unique_ptr<Clock::Timer> deadline; ///< of what nobody awaits
    std::shared_ptr<Request> current = {};
    std::deque<std::shared_ptr<Request>> queue = {}; ///< of who has it for himself
    bool isConnected = false;
    bool isLeased = false;
    bool isAbandoned = false; ///< its transaction is lost; it is no longer the pool's
};

ConnectionPool::ConnectionPool(TaskScope &scope, const DatabaseOptions &options)
    : m_scope(scope)
    , m_options(checked(options))
    , m_retry(scope.clock().timer([this] { dispatch(); }))
{ }

ConnectionPool::~ConnectionPool()
{
    for (const auto &worker : m_workers) {
        worker->thread->close();
        worker->watcher.disconnect();
        // A request and its worker know each other.
        const bool isBusy = std::exchange(worker->current, nullptr) != nullptr;
        worker->queue.clear();
        if (isBusy && QCoreApplication::instance())
            QTimer::singleShot(graceWhenDropped, QCoreApplication::instance(),
                [thread = worker->thread] { thread->interrupt(); });
    }
}

QCoro::Task<> ConnectionPool::perform(
    std::shared_ptr<ConnectionPool> pool, std::shared_ptr<Request> request)
{
    Suspension answer(pool->m_scope, Suspension::OnStop::Throw);
    request->answer = &answer;
    const auto forget = qScopeGuard([&] { pool->forget(request); });
    const bool hasServer = pool->m_options.driver != DatabaseOptions::Driver::Sqlite;
    const QString text = u"not done within %1 ms, waiting for a connection included; it may have"
                         " been executed"_s.arg(request->timeout.count());
    answer.endAfter(request->timeout + (hasServer ? patienceWithServer : 0ms),
        error<DatabaseError::TimedOut>(text));
    if (!pool->m_scope.stopRequested())
        pool->enqueue(request);
    co_await answer.ended();
    request->isTaken = true;
}

void ConnectionPool::enqueue(const std::shared_ptr<Request> &request)
{
    if (const auto &worker = request->worker) {
        if (worker->isAbandoned) {
            request->answer->fail(error<DatabaseError::ConnectionLost>(
                u"the transaction lost its connection, and was rolled back"_s));
            return;
        }
        worker->queue.push_back(request);
    } else if (m_queue.size() >= size_t(m_options.queue)) {
        request->answer->fail(
            error<DatabaseError::QueueFull>(u"%1 statements wait already"_s.arg(m_queue.size())));
        return;
    } else {
        m_queue.push_back(request);
    }
    dispatch();
}

void ConnectionPool::forget(const std::shared_ptr<Request> &request)
{
    request->answer = nullptr;
    if (request->isTaken)
        return;
    if (request->isRunning) {
        // A stop lets it end; the time is not there to wait for anything longer.
        if (m_scope.stopRequested())
            return;
        giveUp(std::shared_ptr<Worker>(request->worker));
        return;
    }
    std::erase(m_queue, request);
    const std::shared_ptr<Worker> worker = request->worker;
    if (!worker)
        return;
    std::erase(worker->queue, request);
    // It has begun, and nobody will end it; or should end it, and did not come to that.
    if ((request->leases && worker->isLeased) || request->releases)
        release(worker);
}

void ConnectionPool::giveUp(const std::shared_ptr<Worker> &worker)
{
    worker->thread->interrupt();
    // While it connects nothing interrupts it, but it ends in time, and does no more than that.
    // Another one in its place would be a thread beyond what the options allow.
    if (m_options.driver != DatabaseOptions::Driver::Sqlite && worker->isConnected)
        abandon(worker);
}

void ConnectionPool::release(const std::shared_ptr<Worker> &worker)
{
    if (worker->isAbandoned || !worker->isLeased)
        return;
    worker->queue.push_back(std::make_shared<Request>(Request{.job =
                                                                  [](SqlConnection &connection) {
                                                                      connection.rollback();
                                                                      return SqlResult();
                                                                  },
        .timeout = m_options.timeout,
        .worker = worker,
        .releases = true}));
    dispatch();
}

void ConnectionPool::dispatch()
{
    for (const auto &worker : m_workers) {
        if (worker->current || worker->queue.empty())
            continue;
        const std::shared_ptr<Request> request = worker->queue.front();
        worker->queue.pop_front();
        start(worker, request);
    }
    while (!m_queue.empty()) {
        const std::shared_ptr<Worker> worker = freeWorker();
        if (!worker)
            return;
        const std::shared_ptr<Request> request = m_queue.front();
        m_queue.pop_front();
        start(worker, request);
    }
}

std::shared_ptr<ConnectionPool::Worker> ConnectionPool::freeWorker()
{
    std::shared_ptr<Worker> unconnected;
    for (const auto &worker : m_workers) {
        if (worker->current || worker->isLeased)
            continue;
        if (worker->isConnected)
            return worker;
        unconnected = worker;
    }
    if ((!unconnected && m_workers.size() >= size_t(m_options.connections)) || !mayConnect())
        return nullptr;
    if (!unconnected) {
        unconnected = std::make_shared<Worker>();
        unconnected->thread = ConnectionThread::start(m_options);
        Worker *const worker = unconnected.get();
        QObject::connect(
            &worker->watcher, &QFutureWatcherBase::finished, &worker->watcher, [this, worker] {
                if (const auto found = find(worker))
                    finish(found);
            });
        worker->deadline = m_scope.clock().timer([this, worker] {
            if (const auto found = find(worker))
                giveUp(found);
        });
        m_workers.push_back(unconnected);
    }
    return unconnected;
}

std::shared_ptr<ConnectionPool::Worker> ConnectionPool::find(const Worker *worker) const
{
    const auto found = std::find_if(m_workers.begin(), m_workers.end(),
        [worker](const auto &other) { return other.get() == worker; });
    return found == m_workers.end() ? nullptr : *found;
}

bool ConnectionPool::mayConnect()
{
    if (!m_backoff.hasGrown())
        return true;
    if (const auto wait = m_nextAttempt - m_scope.clock().now(); wait > 0ms) {
        if (!m_retry->isActive())
            m_retry->start(wait);
        return false;
    }
    // One at a time, until it is known that it is worth the while.
    return std::none_of(m_workers.begin(), m_workers.end(),
        [](const auto &worker) { return worker->current && !worker->isConnected; });
}

void ConnectionPool::start(
    const std::shared_ptr<Worker> &worker, const std::shared_ptr<Request> &request)
{
    worker->current = request;
    worker->isLeased = worker->isLeased || request->leases;
    request->worker = worker;
    request->isRunning = true;
    if (!request->answer)
        worker->deadline->start(request->timeout + patienceWithServer);
    worker->watcher.setFuture(worker->thread->run(request->job));
}

void ConnectionPool::finish(const std::shared_ptr<Worker> &worker)
{
    const std::shared_ptr<Request> request = std::exchange(worker->current, nullptr);
    // Never takeResult(): that resets the future's state, and the promise, if it goes only then,
    // would finish it a second time.
    const JobOutcome outcome = worker->watcher.result();
    request->isRunning = false;
    worker->deadline->stop();
    worker->isConnected = outcome.isConnected;
    countFailures(outcome);
    if (request->releases || (request->leases && outcome.error)) {
        worker->isLeased = false;
        // forget() must not roll back what the next one begins here.
        request->leases = false;
        request->releases = false;
    }
    if (request->answer && outcome.error) {
        request->answer->fail(outcome.error);
    } else if (request->answer) {
        request->result = std::move(*outcome.result);
        request->answer->resume();
    } else if (request->leases) {
        release(worker);
    }
    dispatch();
}

void ConnectionPool::countFailures(const JobOutcome &outcome)
{
    if (outcome.isConnected) {
        m_backoff.reset();
        return;
    }
    if (!outcome.isUnreachable)
        return;
    const auto now = m_scope.clock().now();
    if (!m_backoff.hasGrown() || now >= m_nextAttempt) // else one of several that failed at once
        m_nextAttempt = now + m_backoff.next();
    const bool isAlone = std::none_of(
        m_workers.begin(), m_workers.end(), [](const auto &worker) { return worker->isConnected; });
    if (isAlone)
        failWaiting(outcome.error);
}

void ConnectionPool::failWaiting(const std::exception_ptr &error)
{
    for (const auto &request : std::exchange(m_queue, {}))
        if (request->answer)
            request->answer->fail(error);
}

void ConnectionPool::abandon(const std::shared_ptr<Worker> &worker)
{
    if (std::exchange(worker->isAbandoned, true))
        return;
    worker->thread->close();
    worker->watcher.disconnect();
    worker->current.reset();
    m_workers.remove(worker);
    for (const auto &request : std::exchange(worker->queue, {}))
        if (request->answer)
            request->answer->fail(error<DatabaseError::ConnectionLost>(
                u"the transaction lost its connection, and was rolled back"_s));
    dispatch();
}

} // namespace semper
