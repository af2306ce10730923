// SPDX-License-Identifier: LGPL-3.0-or-later
#include "database/connectionthread.h"

#include <semper/databaseerror.h>

#include <QCoreApplication>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <thread>
#include <utility>

#include <unistd.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto graceAtExit = 1s;
constexpr auto graceOnceInterrupted = 500ms;

/// All threads. Never destroyed: one that hangs may outlive main().
struct Living
{
    struct One
    {
        std::shared_ptr<ConnectionThread> thread; ///< null: it has nothing more to do
        std::thread handle;
    };

    /// Waits for those that are on their way out: some code of theirs runs after the last of ours.
    void joinEnded()
    {
        for (One &one : all)
            if (!one.thread)
                one.handle.join();
        all.remove_if([](const One &one) { return !one.thread; });
    }

    std::mutex mutex;
    std::condition_variable ended;
    std::list<One> all;
    bool isWatched = false;
};

[[nodiscard]] Living &living()
{
    static Living *const all = new Living;
    return *all;
}

/// From ~QCoreApplication: a statement under way may end; one that does not is interrupted, and
/// one that cannot be is left alone. The process does not wait for a server that hangs, and then
/// ends without destroying what a thread may still use.
void endAll()
{
    Living &living = semper::living();
    std::unique_lock lock(living.mutex);
    living.isWatched = false;
    for (const Living::One &one : living.all)
        if (one.thread)
            one.thread->close();
    const auto none = [&living] {
        return std::ranges::none_of(
            living.all, [](const Living::One &one) { return one.thread != nullptr; });
    };
    if (!living.ended.wait_for(lock, graceAtExit, none)) {
        for (const Living::One &one : living.all)
            if (one.thread)
                one.thread->interrupt();
        living.ended.wait_for(lock, graceOnceInterrupted, none);
    }
    living.joinEnded();
    if (!living.all.empty()) // Called before the destructors of all that is static by now.
        ::on_exit(
            [](int status, void *) {
                std::fflush(nullptr);
                ::_exit(status);
            },
            nullptr);
}

} // namespace

std::shared_ptr<ConnectionThread> ConnectionThread::start(const DatabaseOptions &options)
{
    auto thread = std::make_shared<ConnectionThread>(options);
    Living &living = semper::living();
    const std::lock_guard lock(living.mutex);
    if (!std::exchange(living.isWatched, true))
        qAddPostRoutine(endAll);
    living.joinEnded();
    living.all.push_back({thread, std::thread([thread] { thread->loop(); })});
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
    Living &living = semper::living();
    const std::lock_guard livingLock(living.mutex);
    for (Living::One &one : living.all)
        if (one.thread.get() == this)
            one.thread.reset(); // The thread itself has another.
    living.ended.notify_all();
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
