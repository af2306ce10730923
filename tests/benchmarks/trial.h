// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "announce.h"
#include "contender.h"
#include "processtree.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

namespace semper::bench {

/// Makes this process the parent of every daemon that a contender leaves behind, so that it can be
/// measured and ended. Once, before the first Trial. Throws std::runtime_error.
void adoptDaemons();

/// One supervisor under measurement with its children. Every time is read by the children
/// themselves, so it does not matter how fast this side listens. One at a time: all that descends
/// from this process is taken for the supervisor's. Blocks; throws std::runtime_error on whatever
/// goes wrong, and Interrupted.
class Trial
{
public:
    struct Restart
    {
        std::chrono::nanoseconds latency; ///< from the SIGKILL to the successor's first line
        std::chrono::nanoseconds childCpu; ///< what the successor had used by then
    };

    /// \a socketPath is where the \a count children announce themselves.
    Trial(std::filesystem::path socketPath, int count);
    Trial(const Trial &) = delete;
    Trial &operator=(const Trial &) = delete;
    /// Ends all that was started: with the stop signal, after 15 s with SIGKILL.
    ~Trial();

    /// Starts the supervisor. False if not all children ran within \a limit.
    [[nodiscard]] bool boot(const Command &command, std::chrono::seconds limit);
    /// How many children have announced themselves.
    [[nodiscard]] int running() const;
    /// From the start of the supervisor to the last child's first line of main().
    [[nodiscard]] std::chrono::nanoseconds bootTime() const { return m_bootTime; }
    /// From the first child's start to the last one's: the launching alone.
    [[nodiscard]] std::chrono::nanoseconds launchTime() const { return m_launchTime; }

    /// Waits until boot's traces are gone: the command has ended if it leaves a daemon, and
    /// \a time has passed.
    void settle(std::chrono::milliseconds time);
    /// Kills the child \a index with SIGKILL, once it has lived for \a age.
    [[nodiscard]] Restart restart(int index, std::chrono::milliseconds age);
    /// The processes of the supervisor, without the children that it keeps alive.
    [[nodiscard]] Pids supervisor() const;

private:
    struct Child
    {
        pid_t pid = 0; ///< 0 before the first announcement
        std::int64_t startedAt = 0; ///< ns, monotonic
    };

    void listen();
    void start(const Command &command);
    /// Reaps the started command if it has ended; throws if that is no good sign.
    void watchCommand();
    [[nodiscard]] std::optional<Announcement> next(std::chrono::steady_clock::time_point deadline);
    void end() noexcept;

    std::filesystem::path m_socketPath;
    std::vector<Child> m_children; ///< by index
    int m_socket = -1;
    pid_t m_command = 0; ///< as started here; 0 if it is reaped
    int m_stopSignal = 0;
    bool m_leavesDaemon = false;
    std::chrono::nanoseconds m_bootTime{0};
    std::chrono::nanoseconds m_launchTime{0};
};

} // namespace semper::bench
