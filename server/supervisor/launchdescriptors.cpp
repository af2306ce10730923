// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/launchdescriptors.h"

#include "supervisor/childsetup.h"
#include "supervisor/descriptorlimit.h"

#include <QByteArray>

#include <algorithm>
#include <cstdarg>
#include <thread>

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace semper {

namespace {

/// What a launch itself opens, and what other threads open meanwhile.
constexpr int roomForLaunches = 64;

/// Numbers from here on are those set aside; a new descriptor gets the lowest that is free.
int firstAside()
{
    static const int first = [] {
        constexpr rlim_t enough = 1024;
        raiseDescriptorLimit();
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        return int(std::min(enough, limit.rlim_cur / 4));
    }();
    return first;
}

int lowestFree(int from)
{
    const int descriptor = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, from);
    if (descriptor >= 0)
        ::close(descriptor);
    return descriptor;
}

/// Valgrind ends a program that makes such a child.
bool isInValgrind()
{
    return qgetenv("LD_PRELOAD").contains("/vgpreload_");
}

/// Tried on a thread that ends right after: it parts from the table for good.
bool canPart()
{
    static const bool can = [] {
        bool parted = false;
        if (isInValgrind())
            return false;
        std::thread([&parted] {
            parted = ::syscall(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE) == 0;
        }).join();
        return parted;
    }();
    return can;
}

struct Child
{
    int (*run)(void *);
    void *argument;
    ChildFault *fault;
};

/// Runs in the child, in the server's memory.
int partAndRun(void *argument)
{
    const Child child = *static_cast<Child *>(argument);
    if (::syscall(SYS_close_range, unsigned(firstAside()), ~0U, CLOSE_RANGE_UNSHARE) != 0)
        endChild(child.fault, {.step = ChildFault::Step::Descriptors});
    return child.run(child.argument);
}

struct Launching
{
    ChildFault *fault = nullptr;
    bool isOn = false;
};
thread_local Launching launching;

using CloneFunction = int (*)(int (*)(void *), void *, int, void *, ...);

CloneFunction systemClone()
{
    static const auto next = reinterpret_cast<CloneFunction>(::dlsym(RTLD_NEXT, "clone"));
    return next;
}

} // namespace

int setAside(int descriptor)
{
    const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, firstAside());
    if (moved < 0)
        return descriptor;
    ::close(descriptor);
    return moved;
}

LaunchDescriptors::LaunchDescriptors(int highest, ChildFault *fault)
{
    const int next = lowestFree(STDERR_FILENO + 1);
    const bool hasRoom = next >= 0 && std::max(next, highest) < firstAside() - roomForLaunches;
    launching = {.fault = fault, .isOn = hasRoom && canPart()};
}

LaunchDescriptors::~LaunchDescriptors()
{
    launching = {};
}

} // namespace semper

/// Stands before the C library's own for the whole program, and does what that does but for the
/// children of a thread with LaunchDescriptors. Source: clone(2); ld.so(8), the order of lookup.
extern "C" SEMPER_SERVER_EXPORT int clone(
    int (*run)(void *), void *stack, int flags, void *argument, ...) noexcept
{
    va_list rest;
    va_start(rest, argument);
    auto *const parent = va_arg(rest, pid_t *);
    void *const storage = va_arg(rest, void *);
    auto *const own = va_arg(rest, pid_t *);
    va_end(rest);

    const auto next = semper::systemClone();
    constexpr int sharing = CLONE_VM | CLONE_VFORK; // this frame outlives the child's use of it
    if (!semper::launching.isOn || (flags & (sharing | CLONE_FILES)) != sharing)
        return next(run, stack, flags, argument, parent, storage, own);

    semper::Child child{.run = run, .argument = argument, .fault = semper::launching.fault};
    const int pid
        = next(semper::partAndRun, stack, flags | CLONE_FILES, &child, parent, storage, own);
    if (pid > 0 && (flags & CLONE_PIDFD) != 0)
        *parent = semper::setAside(*parent);
    return pid;
}
