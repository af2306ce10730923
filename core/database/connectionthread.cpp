// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/connectionthread.h"

#include <semper/databaseerror.h>

#include <QCoreApplication>

#include <chrono>
#include <list>
#include <thread>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto graceAtExit = 1s;
constexpr auto graceOnceInterrupted = 500ms;

/// All threads that did not end yet. Never destroyed: one that hangs may outlive main().
struct Living
{
    std::mutex mutex;
    std::condition_variable ended;
    std::list<std::shared_ptr<ConnectionThread>> threads;
    bool isWatched = false;
};

[[nodiscard]] Living &living()
{
    static Living *const all = new Living;
    return *all;
}

/// From ~QCoreApplication: a statement under way may end; one that does not is interrupted, and
/// one that cannot be is left alone. The process does not wait for a server that hangs.
void endAll()
{
    Living &all = living();
    std::unique_lock lock(all.mutex);
    all.isWatched = false;
    for (const auto &thread : all.threads)
        thread->close();
    const auto none = [&all] { return all.threads.empty(); };
    if (all.ended.wait_for(lock, graceAtExit, none))
        return;
    for (const auto &thread : all.threads)
        thread->interrupt();
    all.ended.wait_for(lock, graceOnceInterrupted, none);
}

} // namespace

std::shared_ptr<ConnectionThread> ConnectionThread::start(const DatabaseOptions &options)
{
    auto thread = std::make_shared<ConnectionThread>(options);
    Living &all = living();
    const std::lock_guard lock(all.mutex);
    if (!std::exchange(all.isWatched, true))
        qAddPostRoutine(endAll);
    std::thread([thread] { thread->loop(); }).detach();
    all.threads.push_back(thread);
    return thread;
}

ConnectionThread::ConnectionThread(const DatabaseOptions &options)
    : m_connection(options)
{ }

QFuture<JobOutcome> ConnectionThread::run(Job job)
{
    m_connection.permit();
    QPromise<JobOutcome> promise;
    promise.start();
    QFuture<JobOutcome> future = promise.future();
    {
        const std::lock_guard lock(m_mutex);
        m_next.emplace(std::move(job), std::move(promise));
    }
    m_wake.notify_one();
    return future;
}

void ConnectionThread::close()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closing = true;
    }
    m_wake.notify_one();
}

void ConnectionThread::loop()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_wake.wait(lock, [this] { return m_next || m_closing; });
        if (!m_next)
            break;
        auto [job, promise] = std::move(*m_next);
        m_next.reset();
        lock.unlock();
        promise.addResult(perform(job));
        promise.finish();
        lock.lock();
    }
    lock.unlock();
    m_connection.close();
    Living &all = living();
    const std::lock_guard livingLock(all.mutex);
    all.threads.remove_if([this](const auto &thread) { return thread.get() == this; });
    all.ended.notify_all();
}

JobOutcome ConnectionThread::perform(const Job &job)
{
    JobOutcome outcome;
    try {
        outcome.result = std::make_shared<SqlResult>(job(m_connection));
    } catch (const DatabaseError::Unreachable &) {
        outcome.error = std::current_exception();
        outcome.isUnreachable = true;
    } catch (const DatabaseError::DriverMissing &) {
        outcome.error = std::current_exception();
        outcome.isUnreachable = true;
    } catch (...) {
        outcome.error = std::current_exception();
    }
    outcome.isConnected = m_connection.isOpen();
    return outcome;
}

} // namespace semper
