// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/cronschedule.h"

#include "process/utc.h"

#include <algorithm>
#include <bit>
#include <chrono>

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace semper {

namespace {

// 29 February of a given day of the week may be 40 years away, and nothing is rarer.
constexpr seconds horizon = std::chrono::years{41};

bool contains(quint64 set, unsigned value)
{
    return (set >> value & 1) != 0;
}

/// The lowest value of \a set that is \a from or above.
std::optional<int> lowest(quint64 set, int from)
{
    const quint64 rest = from < 64 ? set >> from << from : 0;
    return rest == 0 ? std::nullopt : std::optional(std::countr_zero(rest));
}

bool isDue(const CronExpression &expression, local_days day)
{
    const std::chrono::year_month_day date(day);
    const unsigned dayOfMonth(date.day());
    const unsigned dayOfWeek = std::chrono::weekday(day).c_encoding();
    const unsigned daysLeft
        = unsigned((date.year() / date.month() / std::chrono::last).day()) - dayOfMonth;
    const bool inMonth = contains(expression.daysOfMonth, dayOfMonth)
        || contains(expression.daysFromEnd, daysLeft);
    const bool inWeek = contains(expression.daysOfWeek, dayOfWeek)
        || (contains(expression.lastDaysOfWeek, dayOfWeek) && daysLeft < 7);
    return expression.eitherDay ? inMonth || inWeek : inMonth && inWeek;
}

/// The first time of a day that is due, at \a from after midnight or later.
std::optional<seconds> firstTime(const CronExpression &expression, seconds from)
{
    const std::chrono::hh_mm_ss start(from);
    const int startHour = int(start.hours().count());
    const int startMinute = int(start.minutes().count());
    for (auto hour = lowest(expression.hours, startHour); hour;
         hour = lowest(expression.hours, *hour + 1)) {
        const bool sameHour = *hour == startHour;
        for (auto minute = lowest(expression.minutes, sameHour ? startMinute : 0); minute;
             minute = lowest(expression.minutes, *minute + 1)) {
            const bool sameMinute = sameHour && *minute == startMinute;
            const int least = sameMinute ? int(start.seconds().count()) : 0;
            if (const auto second = lowest(expression.seconds, least))
                return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
        }
    }
    return std::nullopt;
}

/// The first time that is due on a clock that runs from \a from to \a end, which is excluded.
std::optional<local_seconds> firstOnClock(
    const CronExpression &expression, local_seconds from, local_seconds end)
{
    for (auto day = std::chrono::floor<days>(from); day < end;) {
        const std::chrono::year_month_day date(day);
        if (!contains(expression.months, unsigned(date.month()))) {
            const auto nextMonth = date.year() / date.month() + std::chrono::months(1);
            day = local_days(nextMonth / 1);
            continue;
        }
        if (isDue(expression, day)) {
            const auto time = firstTime(expression, std::max<seconds>(from - day, 0s));
            if (time)
                return day + *time < end ? std::optional(day + *time) : std::nullopt;
        }
        day += days(1);
    }
    return std::nullopt;
}

/// A time in which the clocks of a zone are not changed.
struct Stretch
{
    sys_seconds begin;
    sys_seconds end; ///< excluded
    seconds offset; ///< of the clocks to UTC
    seconds offsetBefore; ///< just before the begin
};

QDateTime inUtc(sys_seconds moment)
{
    return QDateTime::fromSecsSinceEpoch(moment.time_since_epoch().count(), utcZone);
}

sys_seconds toSeconds(const QDateTime &moment)
{
    using std::chrono::milliseconds;
    const milliseconds since(moment.toMSecsSinceEpoch());
    return std::chrono::floor<seconds>(std::chrono::sys_time<milliseconds>(since));
}

Stretch stretchAt(const QTimeZone &zone, sys_seconds moment)
{
    const auto offsetAt
        = [&zone](sys_seconds it) { return seconds(zone.offsetFromUtc(inUtc(it))); };
    Stretch stretch{moment - horizon, moment + horizon, offsetAt(moment), {}};
    const QTimeZone::OffsetData next = zone.nextTransition(inUtc(moment));
    if (next.atUtc.isValid() && toSeconds(next.atUtc) > moment)
        stretch.end = toSeconds(next.atUtc);
    const QTimeZone::OffsetData last = zone.previousTransition(inUtc(moment + 1s));
    if (last.atUtc.isValid())
        stretch.begin = toSeconds(last.atUtc);
    stretch.offsetBefore = offsetAt(stretch.begin - 1s);
    return stretch;
}

local_seconds clockAt(sys_seconds moment, seconds offset)
{
    return local_seconds(moment.time_since_epoch() + offset);
}

/// The first run in \a stretch that is not before \a from.
std::optional<sys_seconds> firstRunIn(
    const Stretch &stretch, const CronExpression &expression, sys_seconds from)
{
    local_seconds first = clockAt(std::max(from, stretch.begin), stretch.offset);
    if (!expression.wildcard) {
        const local_seconds reached = clockAt(stretch.begin, stretch.offsetBefore);
        if (from <= stretch.begin && firstOnClock(expression, reached, first))
            return stretch.begin;
        first = std::max(first, reached);
    }
    const auto found = firstOnClock(expression, first, clockAt(stretch.end, stretch.offset));
    if (!found)
        return std::nullopt;
    return sys_seconds(found->time_since_epoch() - stretch.offset);
}

} // namespace

std::optional<QDateTime> nextRun(
    const CronExpression &expression, const QDateTime &after, const QTimeZone &zone)
{
    const int year = after.date().year();
    if (!after.isValid() || !zone.isValid() || year < 1 || year > 9999)
        return std::nullopt;
    const sys_seconds from = toSeconds(after) + 1s;
    for (sys_seconds at = from; at < from + horizon;) {
        const Stretch stretch = stretchAt(zone, at);
        if (const auto run = firstRunIn(stretch, expression, from))
            return QDateTime::fromSecsSinceEpoch(run->time_since_epoch().count(), zone);
        at = stretch.end;
    }
    return std::nullopt;
}

} // namespace semper
