// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/descendants.h"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace semper {

namespace {

// Only what signal-safety(7) allows below: no allocation, no stdio, no opendir.

bool visitChildrenOfThread(
    int tasks, const char *thread, void (*visit)(pid_t, void *), void *context)
{
    char path[32];
    char *end = path;
    for (const char *c = thread; *c && end < path + 16; ++c)
        *end++ = *c;
    for (const char *c = "/children"; *c; ++c)
        *end++ = *c;
    *end = 0;
    const int file = ::openat(tasks, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT || errno == ESRCH; // a thread that has just ended has no children
    char buffer[4096];
    pid_t pid = 0;
    ssize_t size = 0;
    while ((size = ::read(file, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < size; ++i) {
            if (buffer[i] >= '0' && buffer[i] <= '9') {
                pid = pid * 10 + (buffer[i] - '0');
            } else if (pid > 0) {
                visit(pid, context);
                pid = 0;
            }
        }
    }
    if (pid > 0)
        visit(pid, context);
    ::close(file);
    return true;
}

/// Calls \a visit(pid) for every direct child of this process: those it forked, and the orphans
/// it adopted as a subreaper. False if not all could be seen.
/// Source: proc(5), /proc/pid/task/tid/children (CONFIG_PROC_CHILDREN).
bool forEachChild(void (*visit)(pid_t pid, void *context), void *context)
{
    const int tasks = ::open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tasks < 0)
        return false;
    alignas(dirent64) char buffer[4096];
    bool complete = true;
    ssize_t size = 0;
    while ((size = ::getdents64(tasks, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < size;) {
            const auto *entry = reinterpret_cast<const dirent64 *>(buffer + at);
            if (entry->d_name[0] != '.')
                complete &= visitChildrenOfThread(tasks, entry->d_name, visit, context);
            at += entry->d_reclen;
        }
    }
    ::close(tasks);
    return complete;
}

long millisecondsBetween(const timespec &then, const timespec &now)
{
    return (now.tv_sec - then.tv_sec) * 1000 + (now.tv_nsec - then.tv_nsec) / 1000000;
}

} // namespace

int killAllDescendants(int patienceMs)
{
    timespec begin{};
    ::clock_gettime(CLOCK_MONOTONIC, &begin);
    timespec lastChange = begin;
    int leftBefore = 0;
    for (;;) {
        int left = 0;
        const bool complete = forEachChild(
            [](pid_t pid, void *count) {
                ::kill(pid, SIGKILL);
                ++*static_cast<int *>(count);
            },
            &left);
        if (!complete) // not seen is not gone
            ++left;
        while (::waitpid(-1, nullptr, WNOHANG | __WALL) > 0) { }
        if (left == 0)
            return 0;
        timespec now{};
        if (left != leftBefore)
            ::clock_gettime(CLOCK_MONOTONIC, &lastChange);
        leftBefore = left;
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        if (millisecondsBetween(lastChange, now) > patienceMs
            || millisecondsBetween(begin, now) > 10L * patienceMs)
            return left;
        const timespec pause{.tv_sec = 0, .tv_nsec = 500'000};
        ::nanosleep(&pause, nullptr);
    }
}

} // namespace semper
