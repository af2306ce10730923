// SPDX-License-Identifier: GPL-3.0-or-later
#include "trial.h"

#include "interruption.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <unordered_set>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace semper::bench {

namespace {

[[noreturn]] void fail(const std::string &what)
{
    throw std::runtime_error(what);
}

[[noreturn]] void execute(const Command &command)
{
    std::vector<char *> arguments;
    for (const std::string &word : command.words)
        arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);
    for (const std::string &variable : command.environment)
        putenv(const_cast<char *>(variable.c_str()));
    setsid(); // Ctrl-C is for the benchmark, which then ends this in its own way
    prctl(PR_SET_PDEATHSIG, command.stopSignal);
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDIN_FILENO);
    if (!getenv("SEMPER_BENCH_VERBOSE")) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    if (nowhere > STDERR_FILENO)
        close(nowhere);
    execv(arguments.front(), arguments.data());
    _exit(127);
}

/// Reaps what has ended; false once there is no child left.
bool reap()
{
    pid_t dead = 0;
    while ((dead = waitpid(-1, nullptr, WNOHANG)) > 0) { }
    return dead == 0;
}

bool reapAllWithin(std::chrono::seconds limit)
{
    const auto deadline = Clock::now() + limit;
    while (reap()) {
        if (Clock::now() > deadline)
            return false;
        usleep(2000);
    }
    return true;
}

} // namespace

void adoptDaemons()
{
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        fail("this system has no subreapers");
}

Trial::Trial(std::filesystem::path socketPath, int count)
    : m_socketPath(std::move(socketPath))
    , m_children(static_cast<std::size_t>(count))
{
    listen();
}

Trial::~Trial()
{
    end();
    close(m_socket);
    std::error_code ignored;
    std::filesystem::remove(m_socketPath, ignored);
}

void Trial::listen()
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = m_socketPath;
    if (path.size() >= sizeof address.sun_path)
        fail("too long for a socket: " + path);
    path.copy(address.sun_path, path.size());
    m_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(m_socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        fail(path + ": " + std::strerror(errno));
}

void Trial::start(const Command &command)
{
    m_stopSignal = command.stopSignal;
    m_leavesDaemon = command.leavesDaemon;
    m_command = fork();
    if (m_command < 0)
        fail("fork failed");
    if (m_command == 0)
        execute(command);
}

bool Trial::boot(const Command &command, std::chrono::seconds limit)
{
    const auto deadline = Clock::now() + limit;
    const std::int64_t begun = monotonicNanoseconds();
    start(command);

    std::int64_t first = INT64_MAX;
    std::int64_t last = 0;
    for (std::size_t missing = m_children.size(); missing > 0;) {
        const auto announced = next(deadline);
        if (!announced)
            return false;
        Child &child = m_children.at(static_cast<std::size_t>(announced->index));
        missing -= child.pid == 0 ? 1 : 0;
        child = {announced->pid, announced->nanoseconds};
        first = std::min(first, announced->nanoseconds);
        last = std::max(last, announced->nanoseconds);
    }
    m_bootTime = std::chrono::nanoseconds{last - begun};
    m_launchTime = std::chrono::nanoseconds{last - first};
    return m_bootTime <= limit;
}

int Trial::running() const
{
    return static_cast<int>(std::count_if(
        m_children.begin(), m_children.end(), [](const Child &child) { return child.pid != 0; }));
}

void Trial::watchCommand()
{
    int status = 0;
    if (m_command == 0 || waitpid(m_command, &status, WNOHANG) != m_command)
        return;
    m_command = 0;
    if (!m_leavesDaemon || status != 0)
        fail("the supervisor ended by itself; SEMPER_BENCH_VERBOSE=1 shows what it says");
}

std::optional<Announcement> Trial::next(Clock::time_point deadline)
{
    while (Clock::now() < deadline) {
        throwIfInterrupted();
        pollfd readable{m_socket, POLLIN, 0};
        Announcement announcement{};
        if (poll(&readable, 1, 100) > 0
            && recv(m_socket, &announcement, sizeof announcement, 0) == sizeof announcement)
            return announcement;
        watchCommand();
    }
    return {};
}

void Trial::settle(std::chrono::milliseconds time)
{
    const auto deadline = Clock::now() + 60s;
    while (m_leavesDaemon && m_command != 0) {
        watchCommand();
        rest(10ms);
        if (Clock::now() > deadline)
            fail("the command that starts the daemon does not end");
    }
    rest(time);
}

Trial::Restart Trial::restart(int index, std::chrono::milliseconds age)
{
    Child &child = m_children.at(static_cast<std::size_t>(index));
    const std::chrono::nanoseconds lived{monotonicNanoseconds() - child.startedAt};
    rest(age - lived);
    const std::int64_t killed = monotonicNanoseconds();
    if (kill(child.pid, SIGKILL) != 0)
        fail("child " + std::to_string(index) + " was gone before it was killed");
    const auto deadline = Clock::now() + 10s;
    while (const auto successor = next(deadline)) {
        Child &known = m_children.at(static_cast<std::size_t>(successor->index));
        known = {successor->pid, successor->nanoseconds};
        if (successor->index == index) {
            return {std::chrono::nanoseconds{successor->nanoseconds - killed},
                std::chrono::nanoseconds{successor->cpuNanoseconds}};
        }
    }
    fail("child " + std::to_string(index) + " was not started again within 10 s");
}

Pids Trial::supervisor() const
{
    std::unordered_set<pid_t> kept;
    for (const Child &child : m_children)
        kept.insert(child.pid);
    Pids pids = descendants();
    std::erase_if(pids, [&](pid_t pid) { return kept.contains(pid); });
    return pids;
}

void Trial::end() noexcept
{
    std::unordered_set<pid_t> kept;
    for (const Child &child : m_children)
        kept.insert(child.pid);
    for (const pid_t pid : children()) {
        if (!kept.contains(pid))
            kill(pid, m_stopSignal);
    }
    if (reapAllWithin(15s))
        return;
    // Parents first: they would replace their children.
    for (int generation = 0; generation < 100; ++generation) {
        for (const pid_t pid : descendants())
            kill(pid, SIGKILL);
        if (reapAllWithin(1s))
            return;
    }
}

} // namespace semper::bench
