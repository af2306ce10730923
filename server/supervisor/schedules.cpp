// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/schedules.h"

#include "journal/journal.h"
#include "os/wallclock.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "supervisor/supervisedprocess.h"

#include <QJsonArray>
#include <QLoggingCategory>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logSchedules, "semper.server.schedule", QtInfoMsg)

/// Nothing for one that is wrong, which was told before the server started.
std::optional<Timetable> timetableOf(const SupervisedProcess &process, WallClock &clock)
{
    const auto &schedule = process.spec().schedule;
    if (!schedule)
        return std::nullopt;
    const bool isLocal = schedule->timeZone.isEmpty();
    const auto made = Timetable::make(*schedule, isLocal ? clock.zone() : QTimeZone::utc());
    const auto *timetable = std::get_if<Timetable>(&made);
    return timetable != nullptr ? std::optional(*timetable) : std::nullopt;
}

} // namespace

Schedules::Schedules(WallClock &clock, Journal &journal, QObject *parent)
    : QObject(parent)
    , m_wall(clock)
    , m_journal(journal)
    , m_clock(clock)
{
    connect(&m_clock, &ScheduleClock::looked, this,
        [this](const QDateTime &now) { m_memory.note(now); });
    connect(&m_clock, &ScheduleClock::changed, this, &Schedules::clockLeapt);
}

std::optional<QString> Schedules::remember(
    const QString &stateDirectory, const QMap<QString, ScheduleSpec> &schedules)
{
    auto error = m_memory.open(stateDirectory, schedules);
    m_memory.note(m_wall.now());
    return error;
}

void Schedules::tellMissed(const SupervisedProcess &process)
{
    const auto timetable = timetableOf(process, m_wall);
    const QDateTime seen
        = timetable ? m_memory.seen(process.name(), *process.spec().schedule) : QDateTime();
    if (!seen.isValid())
        return;
    const MissedRuns missed = timetable->missedBetween(seen, m_wall.now());
    if (missed.count > 0)
        recordMissed(process, missed, u"the server did not run"_s);
}

void Schedules::begin(SupervisedProcess *process)
{
    if (!process->spec().schedule)
        return process->handle(happening::Start{});
    follow(process); // first, so that the time of its next run is known
    process->handle(happening::AwaitSchedule{});
}

void Schedules::suspendOrResume(SupervisedProcess *process)
{
    if (!process->spec().schedule)
        return;
    if (process->state().wanted() == Wanted::Up)
        follow(process);
    else
        m_clock.leave(process);
}

void Schedules::replace(SupervisedProcess *process, bool wasScheduled)
{
    m_clock.leave(process);
    if (process->state().wanted() == Wanted::Down)
        return;
    if (wasScheduled && process->spec().schedule) {
        follow(process);
        return process->wallClockLeapt();
    }
    // From no schedule to one, or the other way round: another kind of process.
    process->handle(happening::Stop{});
    begin(process);
}

void Schedules::end()
{
    m_memory.note(m_wall.now());
}

QDateTime Schedules::next(const SupervisedProcess &process) const
{
    return m_clock.next(&process);
}

void Schedules::follow(SupervisedProcess *process)
{
    if (m_clock.isFollowed(process))
        return;
    const auto timetable = timetableOf(*process, m_wall);
    if (!timetable)
        return;
    m_memory.note(m_wall.now());
    m_clock.follow(process, *timetable, [this, process](const Timetable::Turn &turn) {
        if (turn.missed.count > 0)
            recordMissed(*process, turn.missed,
                u"the machine or the server stood still, or the clock was set"_s);
        if (turn.due)
            process->handle(happening::Due{});
        else
            process->wallClockLeapt();
    });
}

void Schedules::recordMissed(
    const SupervisedProcess &process, const MissedRuns &missed, const QString &reason)
{
    QJsonArray times;
    for (const QDateTime &time : missed.times)
        times.append(wireTime(time));
    m_journal.record(QLatin1StringView("missed"),
        {{keys::process, process.name()}, {keys::instance, process.instance()},
            {keys::count, missed.count}, {keys::orMore, missed.orMore}, {keys::times, times},
            {keys::reason, reason}});
    qCWarning(logSchedules, "%s: missed %d%s %s of its schedule, the first at %s: %s",
        qUtf8Printable(processLabel(process.name(), process.instance())), missed.count,
        missed.orMore ? " or more" : "", missed.count == 1 ? "run" : "runs",
        qUtf8Printable(wireTime(missed.times.first())), qUtf8Printable(reason));
}

} // namespace semper
