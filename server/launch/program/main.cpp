// SPDX-License-Identifier: GPL-3.0-or-later

// semper-launch stands between the server and every program that it launches: the server waits for
// the exec of this one alone, which is its own, and not for anything that is under another's hand
// or on a file system that may never answer. It does what it is told, one word after the other, and
// becomes the program:
//
//     semper-launch WORD... -- PROGRAM ARGUMENT...
//
// What fails is written to the pipe that the word "report" names, as a ChildFault. The pipe closes
// without a word once the program is executed.

#include "childfault.h"
#include "systemcall.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/openat2.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

namespace semper {

namespace {

using Step = ChildFault::Step;

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
constexpr int mostGroups = 65536; // NGROUPS_MAX
constexpr int longestPath = 4096; // PATH_MAX
constexpr int priorityOfProcess = 0; // PRIO_PROCESS

// A file that is being written: for so long it is tried again here, then the server takes over.
constexpr int busyTries = 50;
constexpr long busyPauseNs = 20'000'000;

// Not on the stack: a limit of it may be small, and holds from the moment it is set.
unsigned groups[mostGroups];
int groupCount = 0;
long programDescriptor = -1; ///< of what is executed whatever its path leads to
bool isThere = false; ///< in the program's folder
char candidate[longestPath];

long report = -1;

[[noreturn]] void fail(ChildFault fault, long result)
{
    fault.error = int(-result);
    systemCall(SYS_write, report, asArgument(&fault), sizeof fault);
    for (;;)
        systemCall(SYS_exit_group, exitOfFault);
}

void check(long result, const ChildFault &fault)
{
    if (result < 0)
        fail(fault, result);
}

/// What follows "name=" in \a word; null where it is another word.
const char *valueOf(const char *word, const char *name)
{
    for (; *name != '\0'; ++name, ++word)
        if (*word != *name)
            return nullptr;
    return *word == '=' ? word + 1 : nullptr;
}

/// Reads a number, which may be negative, and moves \a text behind it.
long long takeNumber(const char *&text)
{
    const bool isNegative = *text == '-';
    unsigned long long value = 0;
    for (text += isNegative ? 1 : 0; *text >= '0' && *text <= '9'; ++text)
        value = value * 10 + (unsigned long long)(*text - '0');
    return (long long)(isNegative ? 0 - value : value);
}

/// The same, and moves behind the separator that follows.
long long takeItem(const char *&text)
{
    const long long value = takeNumber(text);
    if (*text != '\0')
        ++text;
    return value;
}

void reportTo(const char *descriptor)
{
    report = long(takeNumber(descriptor));
    systemCall(SYS_fcntl, report, F_SETFD, FD_CLOEXEC);
}

void executeDescriptor(const char *descriptor)
{
    programDescriptor = long(takeNumber(descriptor));
    systemCall(SYS_fcntl, programDescriptor, F_SETFD, FD_CLOEXEC);
}

void enterCgroup(const char *entrance)
{
    const long file = systemCall(SYS_openat, AT_FDCWD, asArgument(entrance), O_WRONLY | O_CLOEXEC);
    check(file, {.step = Step::Cgroup});
    check(systemCall(SYS_write, file, asArgument("0"), 1), {.step = Step::Cgroup});
    systemCall(SYS_close, file);
}

void setLimit(const char *text)
{
    const auto resource = int(takeItem(text));
    const long long soft = takeItem(text);
    const long long values[] = {soft, takeItem(text)}; // struct rlimit64
    check(systemCall(SYS_prlimit64, 0, resource, asArgument(values)),
        {.step = Step::Limit, .resource = resource, .value = soft});
}

void setNice(const char *text)
{
    const long long nice = takeNumber(text);
    check(systemCall(SYS_setpriority, priorityOfProcess, 0, long(nice)),
        {.step = Step::Nice, .value = nice});
}

void setUmask(const char *text)
{
    systemCall(SYS_umask, long(takeNumber(text)));
}

/// A session keyring of its own, so that it has no access to the server's. Where nobody may use
/// keyrings, as in many containers, there is nothing to keep from it.
void leaveKeyring(const char *)
{
    const long result = systemCall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0);
    if (result != -ENOSYS && result != -EPERM && result != -EACCES)
        check(result, {.step = Step::Keyring});
}

void takeGroups(const char *text)
{
    while (*text != '\0' && groupCount < mostGroups)
        groups[groupCount++] = unsigned(takeItem(text));
}

void setGroup(const char *text)
{
    const auto group = unsigned(takeNumber(text));
    check(systemCall(callSetGroups, groupCount, asArgument(groups)),
        {.step = Step::Groups, .value = groupCount});
    check(systemCall(callSetGroup, group, group, group), {.step = Step::Group, .value = group});
}

void setUser(const char *text)
{
    const auto user = unsigned(takeNumber(text));
    check(systemCall(callSetUser, user, user, user), {.step = Step::User, .value = user});
}

void admitTracer(const char *text)
{
    systemCall(SYS_prctl, PR_SET_PTRACER, long(takeNumber(text))); // fails without Yama
}

/// The server's thread that launched is its parent. A change of ids takes the signal away.
void dieWithServer(const char *text)
{
    systemCall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (systemCall(SYS_getppid) != takeNumber(text))
        for (;;)
            systemCall(SYS_exit_group, 128 + SIGKILL);
}

/// As root, for a folder that the program's user may not enter, such as the configuration's own.
/// Not over symbolic links, which could lead that user to where they must not be.
void approach(const char *directory)
{
    const open_how how{
        .flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .mode = 0, .resolve = RESOLVE_NO_SYMLINKS};
    const long folder
        = systemCall(SYS_openat2, AT_FDCWD, asArgument(directory), asArgument(&how), sizeof how);
    if (folder < 0)
        return;
    isThere = systemCall(SYS_fchdir, folder) >= 0;
    systemCall(SYS_close, folder);
}

/// As whom the program is to run.
void goTo(const char *directory)
{
    const long result = systemCall(SYS_chdir, asArgument(directory));
    if (result != -EACCES || !isThere)
        check(result, {.step = Step::Directory});
}

constexpr struct
{
    const char *name;
    void (*obey)(const char *value);
} vocabulary[] = {
    {"report", reportTo},
    {"program", executeDescriptor},
    {"cgroup", enterCgroup},
    {"limit", setLimit},
    {"nice", setNice},
    {"umask", setUmask},
    {"keyring", leaveKeyring},
    {"groups", takeGroups},
    {"group", setGroup},
    {"user", setUser},
    {"tracer", admitTracer},
    {"server", dieWithServer},
    {"approach", approach},
    {"directory", goTo},
};

void obey(const char *word)
{
    for (const auto &known : vocabulary)
        if (const char *value = valueOf(word, known.name))
            return known.obey(value);
    fail({.step = Step::Order}, -EINVAL);
}

bool endsOrder(const char *word)
{
    return word[0] == '-' && word[1] == '-' && word[2] == '\0';
}

long execute(const char *path, char **words, char **environment)
{
    const timespec pause{.tv_sec = 0, .tv_nsec = busyPauseNs};
    long result = 0;
    for (int i = 0; i < busyTries; ++i) {
        result = programDescriptor >= 0
            ? systemCall(SYS_execveat, programDescriptor, asArgument(""), asArgument(words),
                asArgument(environment), AT_EMPTY_PATH)
            : systemCall(SYS_execve, asArgument(path), asArgument(words), asArgument(environment));
        if (result != -ETXTBSY)
            break;
        systemCall(SYS_nanosleep, asArgument(&pause), 0);
    }
    return result;
}

bool hasSlash(const char *text)
{
    for (; *text != '\0'; ++text)
        if (*text == '/')
            return true;
    return false;
}

const char *searchPath(char **environment)
{
    for (; *environment != nullptr; ++environment)
        if (const char *value = valueOf(*environment, "PATH"))
            if (*value != '\0')
                return value;
    return defaultSearchPath;
}

/// Writes the path of \a name in the first folder of \a path, and moves that to the next one.
/// False where the path would be too long.
bool takeCandidate(const char *&path, const char *name)
{
    int length = 0;
    for (; *path != '\0' && *path != ':'; ++path)
        if (length < longestPath)
            candidate[length++] = *path;
    if (*path == ':')
        ++path;
    if (length > 0 && length < longestPath && candidate[length - 1] != '/')
        candidate[length++] = '/';
    do {
        if (length == longestPath)
            return false;
        candidate[length++] = *name;
    } while (*name++ != '\0');
    return true;
}

/// As execvp(3) does, but that no shell is given what is no program.
[[noreturn]] void search(char **words, char **environment)
{
    const char *const name = words[0];
    const char *path = searchPath(environment);
    bool isForbidden = false;
    do {
        if (!takeCandidate(path, name))
            continue;
        words[0] = candidate;
        switch (const long result = execute(candidate, words, environment)) {
        case -ENOENT:
        case -ENOTDIR:
        case -ENAMETOOLONG:
        case -ELOOP:
        case -ESTALE:
        case -ENODEV:
        case -ETIMEDOUT:
            break;
        case -EACCES:
            isForbidden = true;
            break;
        default:
            fail({.step = Step::Execute}, result);
        }
    } while (*path != '\0');
    if (isForbidden)
        fail({.step = Step::Execute}, -EACCES);
    fail({.step = Step::Search}, -ENOENT);
}

} // namespace

void launch(int count, char **words, char **environment)
{
    systemCall(SYS_prctl, PR_SET_NAME, asArgument(launchProgramName));
    int next = 1;
    for (; next < count && !endsOrder(words[next]); ++next)
        obey(words[next]);
    if (++next >= count)
        fail({.step = Step::Order}, -EINVAL);
    for (char **variable = environment; *variable != nullptr; ++variable)
        if (**variable == variablePrefix)
            ++*variable;
    char **const program = words + next;
    if (!hasSlash(program[0]))
        search(program, environment);
    fail({.step = Step::Execute}, execute(program[0], program, environment));
}

} // namespace semper
