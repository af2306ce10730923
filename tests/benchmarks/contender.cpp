// SPDX-License-Identifier: GPL-3.0-or-later
#include "contender.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace semper::bench {

namespace {

[[noreturn]] void fail(const std::string &what)
{
    throw std::runtime_error(what);
}

[[noreturn]] void execute(const std::vector<std::string> &command)
{
    std::vector<char *> arguments;
    for (const std::string &word : command)
        arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDIN_FILENO);
    dup2(nowhere, STDOUT_FILENO);
    if (!getenv("SEMPER_BENCH_VERBOSE"))
        dup2(nowhere, STDERR_FILENO);
    execv(arguments.front(), arguments.data());
    _exit(127);
}

} // namespace

Contender::Contender(
    const std::vector<std::string> &command, std::filesystem::path socketPath, int count)
    : m_socketPath(std::move(socketPath))
    , m_children(static_cast<std::size_t>(count))
{
    listen();
    boot(command);
}

Contender::~Contender()
{
    kill(m_supervisor, SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (waitpid(m_supervisor, nullptr, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > deadline)
            kill(m_supervisor, SIGKILL);
        usleep(2000);
    }
    close(m_socket);
    std::filesystem::remove(m_socketPath);
}

void Contender::listen()
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (m_socketPath.string().size() >= sizeof address.sun_path)
        fail("too long for a socket: " + m_socketPath.string());
    std::strcpy(address.sun_path, m_socketPath.c_str());
    m_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(m_socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        fail(m_socketPath.string() + ": " + std::strerror(errno));
}

void Contender::boot(const std::vector<std::string> &command)
{
    const std::int64_t begun = monotonicNanoseconds();
    m_supervisor = fork();
    if (m_supervisor < 0)
        fail("fork failed");
    if (m_supervisor == 0)
        execute(command);

    std::int64_t first = INT64_MAX;
    std::int64_t last = 0;
    for (std::size_t missing = m_children.size(); missing > 0;) {
        const auto child = next(30s);
        if (!child)
            fail(command.front() + ": " + std::to_string(missing) + " children did not start");
        pid_t &known = m_children.at(static_cast<std::size_t>(child->index));
        missing -= known == 0 ? 1 : 0;
        known = child->pid;
        m_launcher = child->parent;
        first = std::min(first, child->nanoseconds);
        last = std::max(last, child->nanoseconds);
    }
    m_bootTime = std::chrono::nanoseconds{last - begun};
    m_launchTime = std::chrono::nanoseconds{last - first};
}

std::optional<Announcement> Contender::next(std::chrono::milliseconds limit)
{
    pollfd readable{m_socket, POLLIN, 0};
    if (poll(&readable, 1, static_cast<int>(limit.count())) <= 0)
        return {};
    Announcement announcement{};
    if (recv(m_socket, &announcement, sizeof announcement, 0) != sizeof announcement)
        return {};
    return announcement;
}

std::chrono::nanoseconds Contender::restart(int index)
{
    pid_t &child = m_children.at(static_cast<std::size_t>(index));
    const std::int64_t killed = monotonicNanoseconds();
    if (kill(child, SIGKILL) != 0)
        fail("child " + std::to_string(index) + " was gone before it was killed");
    while (const auto successor = next(10s)) {
        if (successor->index != index)
            continue;
        child = successor->pid;
        return std::chrono::nanoseconds{successor->nanoseconds - killed};
    }
    fail("child " + std::to_string(index) + " was not started again within 10 s");
}

long Contender::privateDirtyKilobytes() const
{
    std::ifstream rollup("/proc/" + std::to_string(m_launcher) + "/smaps_rollup");
    for (std::string line; std::getline(rollup, line);) {
        if (line.starts_with("Private_Dirty:"))
            return std::stol(line.substr(line.find(':') + 1));
    }
    fail("smaps_rollup could not be read");
}

int Contender::descriptors() const
{
    const std::filesystem::directory_iterator open("/proc/" + std::to_string(m_launcher) + "/fd");
    return static_cast<int>(std::distance(begin(open), end(open)));
}

} // namespace semper::bench
