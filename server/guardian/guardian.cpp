// SPDX-License-Identifier: GPL-3.0-or-later
#include "guardian/guardian.h"

#include "cgroup/cgroupclearing.h"
#include "os/descendants.h"
#include "os/standarderror.h"
#include "os/unixsignals.h"

#include <QFile>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace semper {

namespace {

// How long the survivor waits for one more to die before it gives up on what cannot be killed.
constexpr int sweepPatienceMs = 3000;

// SIGABRT is what a watchdog sends to a main process that hangs, to see its core.
constexpr int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGABRT};

constexpr char killFile[] = "/cgroup.kill";

/// In memory that both halves share: the server learns only after the fork where its group is.
struct SharedNote
{
    std::array<char, 4096> cgroup; ///< its folder; empty: there is none
    std::atomic<bool> restart; ///< once the server has ended
};

SharedNote *note = nullptr;
std::array<char, sizeof(SharedNote) + sizeof killFile> serversKillFile{};
pid_t guardianPid = 0;
bool endsWithTerminal = false;

// Of the real-time signals, which nothing else in the server uses; SIGRTMIN is no constant.
int deathSignal()
{
    return SIGRTMIN + 11;
}

void endAfterGuardian(int)
{
    static constexpr char lastWords[] = "semper: the guardian is gone; everything is ended\n";
    static_cast<void>(!::write(STDERR_FILENO, lastWords, sizeof lastWords - 1));
    StandardError::dropQtMessages();
    ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0); // the sweep needs two descriptors
    killAllDescendants(sweepPatienceMs);
    if (serversKillFile.front() != '\0') {
        const int file = ::open(serversKillFile.data(), O_WRONLY | O_CLOEXEC);
        static_cast<void>(!::write(file, "1", 1)); // the last thing that this process does
    }
    ::_exit(128 + SIGKILL);
}

// Where one is closed, a descriptor of something else would get its number, and would be read and
// written as standard input or output.
void openStandardDescriptors()
{
    int opened = 0;
    do
        opened = ::open("/dev/null", O_RDWR);
    while (opened >= 0 && opened <= STDERR_FILENO);
    if (opened >= 0)
        ::close(opened);
}

// nohup(1) ignores SIGHUP for what is to outlive the terminal.
bool ignoresHangUp()
{
    struct sigaction action = {};
    return ::sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

bool controlledByTerminal()
{
    const int terminal = ::open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0)
        return false;
    ::close(terminal);
    return true;
}

// The arguments' memory is what `ps` shows; a fork has its own copy of it.
void renameProcess(const char *name, int argc, char **argv)
{
    ::prctl(PR_SET_NAME, name);
    if (argc < 1)
        return;
    char *const begin = argv[0];
    char *end = begin + std::strlen(begin);
    for (int i = 1; i < argc && argv[i] == end + 1; ++i)
        end = argv[i] + std::strlen(argv[i]);
    const auto room = std::size_t(end - begin);
    std::memset(begin, 0, room);
    std::copy_n(name, std::min(std::strlen(name), room), begin);
}

int exitStatus(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void endCgroup(int patienceMs)
{
    if (note && note->cgroup.front() != '\0')
        static_cast<void>(sweepCgroup(
            Cgroup(QFile::decodeName(note->cgroup.data())), std::chrono::milliseconds(patienceMs)));
}

using Arguments = std::vector<std::string>;

Arguments argumentsOf(int argc, char **argv)
{
    return {argv, argv + argc};
}

// Returns where it cannot be.
void executeAnew(Arguments &arguments, const sigset_t &signals)
{
    std::vector<char *> words;
    for (std::string &argument : arguments)
        words.push_back(argument.data());
    words.push_back(nullptr);
    ::sigprocmask(SIG_SETMASK, &signals, nullptr);
    ::execv("/proc/self/exe", words.data());
    std::fprintf(stderr, "semper: cannot start anew: %s\n", std::strerror(errno));
}

// Runs in the guardian with all signals blocked: each is taken by sigwaitinfo in turn.
int guard(pid_t server, const sigset_t &signals, Arguments &arguments, const sigset_t &before)
{
    for (;;) {
        siginfo_t info{};
        const int signal = ::sigwaitinfo(&signals, &info);
        if (signal < 0)
            continue;
        if (signal != SIGCHLD) {
            ::kill(server, signal);
            // Frozen, it would not see it. So does systemd.kill(5), which knows only the guardian.
            if (signal == SIGABRT || signal == SIGTERM || signal == SIGINT)
                ::kill(server, SIGCONT);
            continue;
        }
        int status = 0;
        pid_t ended = 0;
        while ((ended = ::waitpid(-1, &status, WNOHANG)) > 0) {
            if (ended != server)
                continue;
            const int left = killAllDescendants(sweepPatienceMs);
            endCgroup(left > 0 ? 0 : sweepPatienceMs);
            if (note && note->restart)
                executeAnew(arguments, before);
            return exitStatus(status);
        }
    }
}

void becomeServer(pid_t guardian, const sigset_t &mask)
{
    struct sigaction action = {};
    action.sa_handler = endAfterGuardian;
    sigfillset(&action.sa_mask); // nothing interrupts the sweep
    ::sigaction(deathSignal(), &action, nullptr);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::prctl(PR_SET_PDEATHSIG, deathSignal());
    ::setsid();
    UnixSignals::install(); // before they are let through, so that none is missed
    sigset_t open = mask; // whatever the program was started with, these must come through
    for (const int signal : {deathSignal(), SIGTERM, SIGINT, SIGHUP, SIGCHLD})
        sigdelset(&open, signal);
    ::sigprocmask(SIG_SETMASK, &open, nullptr);
    if (::getppid() != guardian) // it died before the line above
        ::_exit(128 + SIGKILL);
    guardianPid = guardian;
}

} // namespace

std::optional<int> Guardian::start(int argc, char **argv)
{
    openStandardDescriptors();
    endsWithTerminal = controlledByTerminal() && !ignoresHangUp();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);

    ::signal(SIGCHLD, SIG_DFL); // ignored, it would never come, nor would an exit status

    sigset_t signals;
    sigset_t before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    for (const int signal : forwarded)
        sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, &before);

    void *const shared = ::mmap(
        nullptr, sizeof(SharedNote), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    note = shared == MAP_FAILED ? nullptr : static_cast<SharedNote *>(shared);

    const pid_t guardian = ::getpid();
    const pid_t server = ::fork();
    if (server < 0) {
        std::fprintf(stderr, "semper: cannot start the guardian: %s\n", std::strerror(errno));
        return 1;
    }
    if (server == 0) {
        becomeServer(guardian, before);
        return std::nullopt;
    }
    Arguments arguments = argumentsOf(argc, argv);
    renameProcess("semper-guard", argc, argv);
    return guard(server, signals, arguments, before);
}

void Guardian::setRestartAfterEnd(bool on)
{
    if (note)
        note->restart = on;
}

void Guardian::setCgroup(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    if (!note || std::size_t(name.size()) >= note->cgroup.size())
        return;
    std::memcpy(note->cgroup.data(), name.constData(), std::size_t(name.size()) + 1);
    std::memcpy(serversKillFile.data(), name.constData(), std::size_t(name.size()));
    std::memcpy(serversKillFile.data() + name.size(), killFile, sizeof killFile);
}

pid_t Guardian::pid()
{
    return guardianPid;
}

bool Guardian::endsWithItsTerminal()
{
    return endsWithTerminal;
}

} // namespace semper
