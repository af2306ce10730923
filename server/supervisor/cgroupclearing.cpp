// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/cgroupclearing.h"

#include "supervisor/procfile.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QLoggingCategory>
#include <QMap>
#include <QTimer>

#include <algorithm>
#include <utility>

#include <unistd.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logCgroupClearing, "semper.server.cgroups", QtInfoMsg)

constexpr auto giveUpAfter = 5000ms;
constexpr auto firstPause = 1ms;
constexpr auto longestPause = 50ms;
constexpr useconds_t sweepPauseMicroseconds = 1000;

void await(const Cgroup &group, const QDeadlineTimer &deadline, std::chrono::milliseconds pause,
    const std::function<void()> &done)
{
    if (!group.isPopulated()) {
        static_cast<void>(group.remove());
        return done();
    }
    if (deadline.hasExpired()) {
        qCWarning(logCgroupClearing, "%ls cannot be emptied; it is left behind",
            qUtf16Printable(group.path()));
        return done();
    }
    QTimer::singleShot(pause, QCoreApplication::instance(), [=] {
        await(group, deadline, std::min<std::chrono::milliseconds>(pause * 2, longestPause), done);
    });
}

} // namespace

void clearCgroup(const Cgroup &group, const std::function<void()> &done)
{
    if (group.isPopulated())
        group.kill();
    await(group, QDeadlineTimer(giveUpAfter), firstPause, done);
}

SweepResult sweepCgroup(const Cgroup &group, std::chrono::milliseconds limit)
{
    const QDeadlineTimer deadline(limit);
    QMap<pid_t, QString> found;
    for (const pid_t pid : group.members())
        found.insert(pid, procfile::name(pid));
    group.kill();
    while (group.isPopulated() && !deadline.hasExpired())
        ::usleep(sweepPauseMicroseconds);
    SweepResult result;
    for (auto it = found.cbegin(); it != found.cend(); ++it)
        result.found.append({.pid = it.key(), .name = it.value()});
    result.left = int(group.isPopulated() ? group.members().size() : 0);
    static_cast<void>(group.remove());
    return result;
}

} // namespace semper
