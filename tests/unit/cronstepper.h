// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QRandomGenerator>
#include <QString>
#include <QTimeZone>

#include <array>
#include <set>

/// What a cron does, done the slow way: it looks at every second, or minute, as they pass, and
/// knows nothing of the code under test, not even its reading of expressions.
namespace cronstepper {

/// A schedule that says what it means twice: as text, and as the values of each field.
struct Schedule
{
    QString text;
    std::array<std::set<int>, 6> values; ///< second, minute, hour, day, month, day of week
    std::set<int> daysFromEnd; ///< 0: the last one of a month
    std::set<int> lastDaysOfWeek; ///< the last ones in a month
    bool hasSeconds = false;
    bool minuteOrHourStar = false;
    bool dayStar = false; ///< in either field for days
};

[[nodiscard]] Schedule randomSchedule(QRandomGenerator &random, bool withSeconds);

/// Seconds since the epoch of the runs after \a after and up to \a until; at most \a most.
[[nodiscard]] QList<qint64> runs(
    const Schedule &schedule, const QTimeZone &zone, qint64 after, qint64 until, int most);

} // namespace cronstepper
