// SPDX-License-Identifier: GPL-3.0-or-later
// Of the supervisor: what begins by itself, at once or by a schedule, and the clock on the wall.
#include "supervisor/supervisor.h"

#include "os/wallclock.h"

namespace semper {

std::optional<QString> Supervisor::rememberSchedules(const QString &stateDirectory)
{
    QMap<QString, ScheduleSpec> schedules;
    for (const auto &[name, description] : m_descriptions)
        if (description.spec->enabled && description.spec->schedule)
            schedules.insert(name, *description.spec->schedule);
    auto error = m_schedules.memory().open(stateDirectory, schedules);
    m_schedules.memory().note(m_clock->now());
    return error;
}

void Supervisor::start()
{
    QList<SupervisedProcess *> enabled;
    for (const auto &[key, process] : m_processes)
        if (process->spec().enabled)
            enabled.append(process.get());
    for (const SupervisedProcess *process : std::as_const(enabled))
        m_schedules.tellMissed(*process);
    for (SupervisedProcess *process : m_companions.inOrder(enabled))
        begin(process);
}

void Supervisor::begin(SupervisedProcess *process)
{
    if (process->spec().schedule)
        m_schedules.begin(process);
    else
        process->handle(happening::Start{});
}

void Supervisor::wallClockLeapt()
{
    for (const auto &[key, process] : m_processes)
        process->wallClockLeapt();
}

} // namespace semper
