// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/memoryshare.h"

#include "os/boundedwork.h"
#include "os/procfile.h"

#include <QPromise>

#include <memory>
#include <system_error>

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
    try {
        static_cast<void>(beginDetached([pids, promise] {
            promise->addResult(memoryOf(pids));
            promise->finish();
        }));
    } catch (const std::system_error &) { // none is to be had, where processes are limited
        promise->addResult(residentMemoryOf(pids));
        promise->finish();
    }
    return future;
}

} // namespace semper
