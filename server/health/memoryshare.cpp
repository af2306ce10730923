// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/memoryshare.h"

#include "os/procfile.h"

#include <QPromise>

#include <csignal>
#include <memory>
#include <system_error>
#include <thread>

namespace semper {

namespace {

qint64 residentBytes(pid_t pid)
{
    const auto usage = procfile::usage(pid);
    return usage ? usage->memoryBytes : 0;
}

qint64 memoryOf(const QList<pid_t> &pids)
{
    qint64 bytes = 0;
    for (const pid_t pid : pids) {
        const auto share = procfile::proportionalBytes(pid);
        bytes += share ? *share : residentBytes(pid);
    }
    return bytes;
}

qint64 residentMemoryOf(const QList<pid_t> &pids)
{
    qint64 bytes = 0;
    for (const pid_t pid : pids)
        bytes += residentBytes(pid);
    return bytes;
}

} // namespace

// Nobody waits for the thread, because the kernel may hold it for as long as a process hangs. It
// touches nothing but its promise.
QFuture<qint64> measureMemory(const QList<pid_t> &pids)
{
    const auto promise = std::make_shared<QPromise<qint64>>();
    promise->start();
    const QFuture<qint64> future = promise->future();
    // Signals are the main thread's business.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread([pids, promise] {
            promise->addResult(memoryOf(pids));
            promise->finish();
        }).detach();
    } catch (const std::system_error &) { // none is to be had, where processes are limited
        promise->addResult(residentMemoryOf(pids));
        promise->finish();
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return future;
}

} // namespace semper
