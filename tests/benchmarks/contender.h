// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "announce.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace semper::bench {

/// One supervisor under measurement with its children: a program that keeps `announce SOCKET I`
/// alive for I from 0 to count - 1. Every time is read by the children themselves, so it does not
/// matter how fast this side listens. Blocks; throws std::runtime_error on whatever goes wrong.
class Contender
{
public:
    /// Starts \a command; \a socketPath is where its children announce themselves.
    Contender(const std::vector<std::string> &command, std::filesystem::path socketPath, int count);
    Contender(const Contender &) = delete;
    Contender &operator=(const Contender &) = delete;
    /// Ends the supervisor with SIGTERM, after 20 s with SIGKILL.
    ~Contender();

    /// From the start of the supervisor to the last child's first line of main().
    [[nodiscard]] std::chrono::nanoseconds bootTime() const { return m_bootTime; }
    /// From the first child's start to the last one's: the launching alone.
    [[nodiscard]] std::chrono::nanoseconds launchTime() const { return m_launchTime; }
    /// Kills the child \a index with SIGKILL; how long until its successor ran.
    [[nodiscard]] std::chrono::nanoseconds restart(int index);
    /// Of the launching process alone, from /proc/PID/smaps_rollup.
    [[nodiscard]] long privateDirtyKilobytes() const;
    [[nodiscard]] int descriptors() const;

private:
    void listen();
    void boot(const std::vector<std::string> &command);
    [[nodiscard]] std::optional<Announcement> next(std::chrono::milliseconds limit);

    std::filesystem::path m_socketPath;
    std::vector<pid_t> m_children; ///< by index; 0 before the first announcement
    int m_socket = -1;
    pid_t m_supervisor = -1; ///< as started here
    pid_t m_launcher = -1; ///< the parent of the children
    std::chrono::nanoseconds m_bootTime{0};
    std::chrono::nanoseconds m_launchTime{0};
};

} // namespace semper::bench
