// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/timetable.h"

#include "supervision/cronschedule.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

// As long as cron, which looks once a minute, would still start it.
constexpr qint64 graceSeconds = 60;
// Of a clock that is set back. The shorter one is for clocks that are only set right.
constexpr qint64 fixedRepeatSeconds = 3 * 60 * 60;
constexpr qint64 wildcardRepeatSeconds = 10;

constexpr int mostCounted = 1000;
constexpr qsizetype mostTold = 10;

} // namespace

Timetable::Timetable(const CronExpression &expression, const QTimeZone &zone, bool isLocal)
    : m_expression(expression)
    , m_zone(zone)
    , m_isLocal(isLocal)
{ }

std::variant<Timetable, QString> Timetable::make(const ScheduleSpec &spec, const QTimeZone &local)
{
    const auto expression = parseCronExpression(spec.cron);
    if (const auto *faults = std::get_if<QStringList>(&expression))
        return u"schedule: "_s + faults->join(u", "_s);
    QTimeZone zone = local;
    if (!spec.timeZone.isEmpty()) {
        const auto found = findTimeZone(spec.timeZone);
        if (const auto *fault = std::get_if<QString>(&found))
            return u"schedule: "_s + *fault;
        zone = std::get<QTimeZone>(found);
    }
    return Timetable(std::get<CronExpression>(expression), zone, spec.timeZone.isEmpty());
}

void Timetable::begin(const QDateTime &now)
{
    m_seen = now;
    m_started = {};
    m_next = after(now);
}

Timetable::Turn Timetable::advance(const QDateTime &now)
{
    if (now < m_seen)
        followBack(now);
    m_seen = now;
    if (!m_next.isValid() || now < m_next)
        return {};
    const QDateTime last = lastUpTo(now);
    const bool isDue = last.isValid();
    const MissedRuns missed = missedBetween(m_next.addSecs(-1), isDue ? last.addSecs(-1) : now);
    if (isDue)
        m_started = last;
    m_next = after(now);
    return {.due = isDue, .missed = missed};
}

void Timetable::moveTo(const QTimeZone &local, const QDateTime &now)
{
    if (!m_isLocal || local == m_zone)
        return;
    const QDateTime shown = m_started.isValid() ? m_started.toTimeZone(m_zone) : QDateTime();
    m_zone = local;
    m_next = after(now);
    if (m_expression.wildcard || !shown.isValid())
        return;
    const QDateTime again(shown.date(), shown.time(), m_zone);
    if (again > now && now.secsTo(again) < fixedRepeatSeconds)
        m_next = after(again);
}

void Timetable::followBack(const QDateTime &now)
{
    const qint64 repeat = m_expression.wildcard ? wildcardRepeatSeconds : fixedRepeatSeconds;
    const bool isAhead = m_started.isValid() && m_started >= now && now.secsTo(m_started) < repeat;
    m_next = after(isAhead ? m_started : now);
}

MissedRuns Timetable::missedBetween(const QDateTime &from, const QDateTime &to) const
{
    MissedRuns missed;
    for (QDateTime run = after(from); run.isValid() && run <= to; run = after(run)) {
        if (missed.count == mostCounted) {
            missed.orMore = true;
            break;
        }
        ++missed.count;
        if (missed.times.size() < mostTold)
            missed.times.append(run);
    }
    return missed;
}

QDateTime Timetable::after(const QDateTime &moment) const
{
    const auto run = nextRun(m_expression, moment, m_zone);
    return run ? run->toUTC() : QDateTime();
}

QDateTime Timetable::lastUpTo(const QDateTime &now) const
{
    QDateTime last;
    for (QDateTime run = after(std::max(m_next.addSecs(-1), now.addSecs(-graceSeconds - 1)));
         run.isValid() && run <= now; run = after(run))
        last = run;
    return last;
}

} // namespace semper
