// SPDX-License-Identifier: GPL-3.0-or-later
#include "guardian/launchsweep.h"

#include "launch/launchplan.h"
#include "os/procfile.h"

#include <QDeadlineTimer>
#include <QMap>
#include <QSet>

#include <algorithm>
#include <csignal>
#include <vector>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace semper {

namespace {

QSet<pid_t> ownLine()
{
    QSet<pid_t> line;
    for (pid_t pid = ::getpid(); pid > 0 && !line.contains(pid); pid = procfile::parent(pid))
        line.insert(pid);
    return line;
}

/// A process that stays the same one while this lives, even if its number is given to another.
class HeldProcess
{
public:
    explicit HeldProcess(pid_t pid)
        : m_descriptor(int(::syscall(SYS_pidfd_open, pid, 0)))
    { }
    ~HeldProcess()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    HeldProcess(HeldProcess &&other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
    { }
    HeldProcess &operator=(HeldProcess &&) = delete;

    [[nodiscard]] int descriptor() const { return m_descriptor; }
    void kill() const { ::syscall(SYS_pidfd_send_signal, m_descriptor, SIGKILL, nullptr, 0); }

private:
    int m_descriptor;
};

/// Kills what carries \a prefix, adds it to \a found, and returns it.
std::vector<HeldProcess> killMarked(
    const QByteArray &prefix, const QSet<pid_t> &spared, QMap<pid_t, QString> &found)
{
    std::vector<HeldProcess> killed;
    for (const pid_t pid : procfile::all()) {
        if (spared.contains(pid) || procfile::environmentEntries(pid, prefix).isEmpty())
            continue;
        HeldProcess process(pid);
        // Held first, then looked at: what is killed is what carries the mark.
        if (process.descriptor() < 0 || procfile::environmentEntries(pid, prefix).isEmpty())
            continue;
        found.insert(pid, procfile::name(pid));
        process.kill();
        killed.push_back(std::move(process));
    }
    return killed;
}

/// Waits until all have ended, or \a deadline. How many are left.
int await(const std::vector<HeldProcess> &processes, const QDeadlineTimer &deadline)
{
    int left = 0;
    for (const HeldProcess &process : processes) {
        pollfd ended{.fd = process.descriptor(), .events = POLLIN, .revents = 0};
        if (::poll(&ended, 1, int(std::max<qint64>(0, deadline.remainingTime()))) <= 0)
            ++left;
    }
    return left;
}

} // namespace

SweepResult sweepLaunches(const QByteArray &run, std::chrono::milliseconds limit)
{
    const QDeadlineTimer deadline(limit);
    const QByteArray prefix = LaunchIdentity::markOfRun(run);
    const QSet<pid_t> spared = ownLine();
    QMap<pid_t, QString> found;
    SweepResult result;
    for (;;) { // what the killed had just forked is found the next time
        const std::vector<HeldProcess> killed = killMarked(prefix, spared, found);
        if (killed.empty())
            break;
        result.left = await(killed, deadline);
        if (deadline.hasExpired())
            break;
    }
    for (auto it = found.cbegin(); it != found.cend(); ++it)
        result.found.append({.pid = it.key(), .name = it.value()});
    return result;
}

} // namespace semper
