// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/childsetup.h"

#include "spec/resourcename.h"

#include <cerrno>
#include <csignal>
#include <cstdint>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

// Where the plain numbers are of times when an id had 16 bits, those with 32 bits have another.
#ifdef SYS_setgroups32
constexpr long callSetGroups = SYS_setgroups32;
constexpr long callSetGroup = SYS_setresgid32;
constexpr long callSetUser = SYS_setresuid32;
#else
constexpr long callSetGroups = SYS_setgroups;
constexpr long callSetGroup = SYS_setresgid;
constexpr long callSetUser = SYS_setresuid;
#endif

constexpr int exitOfFault = 71; // EX_OSERR; nobody sees it

// The C library's functions would also change the ids of all threads, which here are the server's.
void become(const RunAs &who, ChildFault *fault)
{
    using Step = ChildFault::Step;
    if (::syscall(callSetGroups, who.groups.size(), who.groups.data()) != 0)
        endChild(fault, {.step = Step::Groups, .value = long(who.groups.size())});
    if (::syscall(callSetGroup, who.group, who.group, who.group) != 0)
        endChild(fault, {.step = Step::Group, .value = long(who.group)});
    if (who.user && ::syscall(callSetUser, *who.user, *who.user, *who.user) != 0)
        endChild(fault, {.step = Step::User, .value = long(*who.user)});
}

void enterCgroup(const char *entrance, ChildFault *fault)
{
    const int file = ::open(entrance, O_WRONLY | O_CLOEXEC);
    if (file < 0 || ::write(file, "0", 1) != 1)
        endChild(fault, {.step = ChildFault::Step::Cgroup});
    ::close(file);
}

} // namespace

void endChild(ChildFault *fault, const ChildFault &what)
{
    const int error = errno;
    *fault = what;
    fault->error = error;
    ::_exit(exitOfFault);
}

void ChildSetup::apply() const noexcept
{
    using Step = ChildFault::Step;
    // Out of the server's group before a signal can come through, and without its handlers.
    ::setsid();
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGCHLD})
        ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (output >= 0) {
        ::dup2(output, STDOUT_FILENO);
        ::dup2(output, STDERR_FILENO);
    }
    ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    if (hub >= 0)
        ::fcntl(hub, F_SETFD, 0);
    if (!settings.cgroup.isEmpty())
        enterCgroup(settings.cgroup.constData(), fault);
    for (const ResourceLimit &limit : settings.limits)
        if (::setrlimit(__rlimit_resource(limit.resource), &limit.value) != 0)
            endChild(fault,
                {.step = Step::Limit,
                    .resource = limit.resource,
                    .value = long(limit.value.rlim_cur)});
    if (settings.nice && ::setpriority(PRIO_PROCESS, 0, *settings.nice) != 0)
        endChild(fault, {.step = Step::Nice, .value = *settings.nice});
    if (settings.umask)
        ::umask(*settings.umask);
    if (settings.runAs)
        become(*settings.runAs, fault);
    if (settings.showsStack)
        ::prctl(PR_SET_PTRACER, server); // fails where there is no Yama
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // a change of ids takes it away
    if (::getppid() != server)
        ::_exit(128 + SIGKILL);
}

QString ChildFault::explain() const
{
    const auto because = [this](const QString &what) {
        return u"cannot %1: %2"_s.arg(what, qt_error_string(error));
    };
    switch (step) {
    case Step::Descriptors:
        return because(u"part from the server's descriptors"_s);
    case Step::Cgroup:
        return because(u"enter its control group"_s);
    case Step::Limit:
        return because(u"set rlimit %1 to %2"_s.arg(resourceName(resource),
            rlim_t(value) == RLIM_INFINITY ? u"infinity"_s : QString::number(value)));
    case Step::Nice:
        return because(u"set nice %1"_s.arg(value));
    case Step::Groups:
        return because(u"set %1 supplementary groups"_s.arg(value));
    case Step::Group:
        return because(u"become group %1"_s.arg(value));
    case Step::User:
        return because(u"become user %1"_s.arg(value));
    case Step::None:
        break;
    }
    return {};
}

} // namespace semper
