// SPDX-License-Identifier: GPL-3.0-or-later
#include "serviceserver.h"

#include "interruption.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

namespace semper::bench {

namespace {

constexpr auto patience = 20s;

[[noreturn]] void execute(const ServerProgram &program, int output)
{
    std::vector<char *> arguments;
    for (const std::string &word : program.words)
        arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);
    for (const std::string &variable : program.environment)
        putenv(const_cast<char *>(variable.c_str()));
    setsid(); // Ctrl-C is for the benchmark, which then ends this in its own way
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    if (!getenv("SEMPER_BENCH_VERBOSE"))
        dup2(nowhere, STDERR_FILENO);
    execv(arguments.front(), arguments.data());
    _exit(127);
}

fs::path findProgram(const std::string &program)
{
    const char *path = std::getenv("PATH");
    std::string_view folders = path ? path : "/usr/bin:/bin";
    while (!folders.empty()) {
        const std::size_t end = std::min(folders.find(':'), folders.size());
        const fs::path candidate = fs::path(folders.substr(0, end)) / program;
        if (candidate.is_absolute() && access(candidate.c_str(), X_OK) == 0)
            return candidate;
        folders.remove_prefix(std::min(end + 1, folders.size()));
    }
    return {};
}

} // namespace

std::vector<ServerProgram> allServers(const fs::path &here, const fs::path &scratch)
{
    const fs::path node = findProgram("node");
    return {
        {.name = "semper",
            .words = {here / "service-bench-semper", "--socket", scratch / "hub",
                "--state-directory", scratch / "state"}},
        {.name = "qt", .words = {here / "service-bench-qt"}},
        {.name = "node",
            .words = {node, here / "nodeserver.js"},
            .environment = {"NODE_PATH=" + (here / "ws" / "node_modules").string()},
            .missing = node.empty() ? "no program node" : ""},
    };
}

ServiceServer::ServiceServer(const ServerProgram &program)
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    m_output = ends[0];
    m_pid = fork();
    if (m_pid == 0)
        execute(program, ends[1]);
    close(ends[1]);
    try {
        awaitReady(program.name);
    } catch (...) {
        end();
        throw;
    }
}

ServiceServer::~ServiceServer()
{
    end();
}

void ServiceServer::awaitReady(const std::string &name)
{
    const auto deadline = Clock::now() + patience;
    std::string output;
    while (true) {
        pollfd waiting{.fd = m_output, .events = POLLIN, .revents = 0};
        poll(&waiting, 1, 100);
        throwIfInterrupted();
        if (Clock::now() > deadline)
            throw std::runtime_error(name + " is not ready in time");
        std::array<char, 1024> bytes;
        const ssize_t count = waiting.revents ? read(m_output, bytes.data(), bytes.size()) : -1;
        if (count == 0)
            throw std::runtime_error(name + " ended before it was ready");
        output.append(bytes.data(), count > 0 ? std::size_t(count) : 0);
        for (std::size_t end = 0; (end = output.find('\n')) != std::string::npos;) {
            const std::string line = output.substr(0, end);
            output.erase(0, end + 1);
            if (line.starts_with("ready"))
                return;
            const std::size_t colon = line.rfind(':');
            const int port = colon < line.size() ? std::atoi(line.c_str() + colon + 1) : 0;
            if (port > 0)
                m_ports[line.substr(0, line.find(' '))] = std::uint16_t(port);
        }
    }
}

void ServiceServer::end()
{
    if (m_pid > 0) {
        kill(m_pid, SIGTERM);
        const auto deadline = Clock::now() + 10s;
        while (waitpid(m_pid, nullptr, WNOHANG) == 0) {
            if (Clock::now() > deadline)
                kill(m_pid, SIGKILL);
            usleep(2000);
        }
    }
    close(m_output);
}

std::optional<std::uint16_t> ServiceServer::port(const std::string &service) const
{
    const auto found = m_ports.find(service);
    return found == m_ports.end() ? std::nullopt : std::optional(found->second);
}

} // namespace semper::bench
