// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launchdescriptors.h"

#include "launch/childsetup.h"
#include "os/setaside.h"

#include <QByteArray>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <thread>

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace semper {

namespace {

/// The last ones below, and how many of them have to be free for all that a launch opens, and for
/// what other threads open meanwhile.
constexpr int lastBelow = 64;
constexpr int enoughFree = 32;

bool hasRoomBelow()
{
    std::array<pollfd, lastBelow> numbers{};
    for (int i = 0; i < lastBelow; ++i)
        numbers[std::size_t(i)].fd = firstAside - 1 - i;
    if (::poll(numbers.data(), numbers.size(), 0) < 0)
        return false;
    return std::ranges::count_if(numbers, [](const pollfd &number) {
        return (number.revents & POLLNVAL) != 0;
    }) >= enoughFree;
}

struct Child
{
    int (*run)(void *);
    void *argument;
    int report;
};

/// Runs in the child, in the server's memory. AddressSanitizer must not mark its frame, which is
/// on the server's stack and is never left: exec does not return.
[[gnu::no_sanitize_address]] int partAndRun(void *argument)
{
    const Child child = *static_cast<Child *>(argument);
    if (::syscall(SYS_close_range, unsigned(firstAside), ~0U, CLOSE_RANGE_UNSHARE) != 0)
        endChild(child.report, ChildFault::Step::Descriptors);
    return child.run(child.argument);
}

struct Launching
{
    int report = -1;
    bool isOn = false;
    int error = 0;
};
thread_local Launching launching;

/// What a clone() returned, whose error is kept.
int noted(int pid)
{
    launching.error = pid < 0 ? errno : 0;
    return pid;
}

using CloneFunction = int (*)(int (*)(void *), void *, int, void *, ...);

CloneFunction systemClone()
{
    static const auto next = reinterpret_cast<CloneFunction>(::dlsym(RTLD_NEXT, "clone"));
    return next;
}

} // namespace

LaunchDescriptors::LaunchDescriptors(int highest, int report)
{
    launching = {.report = report, .isOn = canSetAside() && highest < firstAside && hasRoomBelow()};
}

LaunchDescriptors::~LaunchDescriptors()
{
    launching = {};
}

int LaunchDescriptors::error()
{
    return launching.error;
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
        return semper::noted(next(run, stack, flags, argument, parent, storage, own));

    semper::Child child{.run = run, .argument = argument, .report = semper::launching.report};
    const int pid = semper::noted(
        next(semper::partAndRun, stack, flags | CLONE_FILES, &child, parent, storage, own));
    if (pid > 0 && (flags & CLONE_PIDFD) != 0)
        *parent = semper::setAside(*parent);
    return pid;
}
