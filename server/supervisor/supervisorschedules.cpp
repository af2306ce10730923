// SPDX-License-Identifier: GPL-3.0-or-later
// Of the supervisor: processes that run by a schedule, and the clock on the wall.
#include "supervisor/supervisor.h"

#include "journal/journal.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "supervisor/wallclock.h"

#include <QJsonArray>
#include <QLoggingCategory>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(log, "semper.server.schedule")

} // namespace

void Supervisor::begin(SupervisedProcess *process)
{
    if (!process->spec().schedule)
        return process->handle(happening::Start{});
    followSchedule(process); // first, so that the time of its next run is known
    process->handle(happening::AwaitSchedule{});
}

void Supervisor::followSchedule(SupervisedProcess *process)
{
    const auto timetable = Timetable::make(*process->spec().schedule);
    if (!std::holds_alternative<Timetable>(timetable) || m_schedules.isFollowed(process))
        return; // what is wrong with it was told before the server started
    m_schedules.follow(
        process, std::get<Timetable>(timetable), [this, process](const Timetable::Turn &turn) {
            if (turn.missed.count > 0)
                recordMissed(*process, turn.missed, u"the machine slept, or its clock was set"_s);
            if (turn.due)
                process->handle(happening::Due{});
            else
                Q_EMIT processChanged(process);
        });
}

/// A stop suspends the schedule, a start takes it up again.
void Supervisor::suspendOrResume(SupervisedProcess *process)
{
    if (!process->spec().schedule)
        return;
    if (process->state().wanted == Wanted::Up)
        followSchedule(process);
    else
        m_schedules.leave(process);
}

/// Its schedule is another one, is new, or is gone.
void Supervisor::reschedule(SupervisedProcess *process)
{
    const bool wasScheduled = m_schedules.isFollowed(process);
    m_schedules.leave(process);
    if (process->state().wanted == Wanted::Down)
        return;
    if (wasScheduled && process->spec().schedule) {
        followSchedule(process);
        return Q_EMIT processChanged(process);
    }
    process->handle(happening::Stop{});
    begin(process);
}

void Supervisor::recordMissed(
    const SupervisedProcess &process, const MissedRuns &missed, const QString &reason)
{
    QJsonArray times;
    for (const QDateTime &time : missed.times)
        times.append(wireTime(time));
    m_journal.record(QLatin1StringView("missed"),
        {{keys::process, process.name()}, {keys::instance, process.instance()},
            {keys::count, missed.count}, {keys::orMore, missed.orMore}, {keys::times, times},
            {keys::reason, reason}});
    qCWarning(log, "%s: missed %d%s %s of its schedule, the first at %s: %s",
        qUtf8Printable(processLabel(process.name(), process.instance())), missed.count,
        missed.orMore ? " or more" : "", missed.count == 1 ? "run" : "runs",
        qUtf8Printable(wireTime(missed.times.first())), qUtf8Printable(reason));
}

void Supervisor::wallClockLeapt()
{
    for (const auto &[key, process] : m_processes)
        process->wallClockLeapt();
}

} // namespace semper
