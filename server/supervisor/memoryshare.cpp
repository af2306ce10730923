// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/memoryshare.h"

#include "supervisor/procfile.h"

#include <QPromise>

#include <csignal>
#include <thread>
#include <utility>

namespace semper {

namespace {

qint64 memoryOf(const QList<pid_t> &pids)
{
    qint64 bytes = 0;
    for (const pid_t pid : pids) {
        if (const auto share = procfile::proportionalBytes(pid))
            bytes += *share;
        else if (const auto usage = procfile::usage(pid))
            bytes += usage->memoryBytes;
    }
    return bytes;
}

} // namespace

// Nobody waits for the thread, because the kernel may hold it for as long as a process hangs. It
// touches nothing but its promise.
QFuture<qint64> measureMemory(const QList<pid_t> &pids)
{
    QPromise<qint64> promise;
    promise.start();
    const QFuture<qint64> future = promise.future();
    // Signals are the main thread's business.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([pids, promise = std::move(promise)]() mutable {
        promise.addResult(memoryOf(pids));
        promise.finish();
    }).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return future;
}

} // namespace semper
