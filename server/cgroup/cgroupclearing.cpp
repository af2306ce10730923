// SPDX-License-Identifier: GPL-3.0-or-later
#include "cgroup/cgroupclearing.h"

#include "os/procfile.h"

#include <QDeadlineTimer>
#include <QMap>

#include <unistd.h>

namespace semper {

namespace {

constexpr useconds_t sweepPauseMicroseconds = 1000;

} // namespace

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
