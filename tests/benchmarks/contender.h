// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <signal.h>

namespace semper::bench {

/// What every contender is told to keep alive: `announce SOCKET I` for I from 0 to count - 1.
struct Assignment
{
    std::filesystem::path folder; ///< empty, and its own
    std::filesystem::path announce;
    std::filesystem::path socketPath;
    int count = 0;
};

/// How a supervisor is started, and ended.
struct Command
{
    std::vector<std::string> words{}; ///< the program's absolute path first
    std::vector<std::string> environment{}; ///< NAME=VALUE, added to what this program has
    int stopSignal = SIGTERM; ///< ends the supervisor with all that it started
    bool leavesDaemon = false; ///< what is started ends by itself, and leaves the supervisor behind
};

/// A supervisor that can be measured. Each is set up as those who use it would, to restart as fast
/// as it can.
class Contender
{
public:
    Contender() = default;
    Contender(const Contender &) = delete;
    Contender &operator=(const Contender &) = delete;
    virtual ~Contender() = default;

    /// As the command line, the table and the JSON call it.
    [[nodiscard]] virtual std::string name() const = 0;
    /// What this machine lacks to run it; empty where nothing is missing.
    [[nodiscard]] virtual std::string missing() const = 0;
    /// The most processes that it takes.
    [[nodiscard]] virtual int most() const { return std::numeric_limits<int>::max(); }
    /// Writes what it needs into the assignment's folder. Throws std::exception.
    [[nodiscard]] virtual Command prepare(const Assignment &assignment) const = 0;
};

/// Where our own programs are.
struct Surroundings
{
    std::filesystem::path semper; ///< the program; may be empty
    std::filesystem::path here; ///< the folder of announce, spawnloop and perhaps pm2/
};

using Contenders = std::vector<std::unique_ptr<Contender>>;

/// All there are, the bare loop first.
[[nodiscard]] Contenders allContenders(const Surroundings &surroundings);

/// The absolute path of \a program in $PATH or the system's folders; empty where it is in none.
[[nodiscard]] std::filesystem::path findProgram(const std::string &program);

/// A folder \a services with a folder for each process, and a `run` in it that is its script:
/// what runit and s6 both take. Throws std::runtime_error.
void writeRunScripts(const std::filesystem::path &services, const Assignment &assignment);

} // namespace semper::bench
