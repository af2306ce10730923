// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "spec/cronexpression.h"
#include "spec/timezonename.h"

#include <semper/schedulespec.h>

#include <QDateTime>
#include <QList>
#include <QString>
#include <QTimeZone>

#include <optional>
#include <utility>
#include <variant>

namespace semper {

/// Runs that nobody was there to start, or that the clock on the wall leapt over.
struct MissedRuns
{
    int count = 0;
    bool orMore = false; ///< counting was given up there
    QList<QDateTime> times = {}; ///< UTC; the first ten
    friend bool operator==(const MissedRuns &, const MissedRuns &) = default;
};

/// One schedule as the clock on the wall goes on, is set, or stands still with the machine. Pure:
/// told what the time is, it says what is due. All times that it gives are UTC.
class SEMPER_CORE_EXPORT Timetable
{
public:
    /// What a look at the clock came to.
    struct Turn
    {
        bool due = false; ///< a run is to be started now
        MissedRuns missed = {}; ///< they are not made up for
        friend bool operator==(const Turn &, const Turn &) = default;
    };

    /// Reads \a spec, which without a zone of its own goes by \a local; the second alternative says
    /// what is wrong with it. Finding a zone may read files.
    [[nodiscard]] static std::variant<Timetable, QString> make(
        const ScheduleSpec &spec, const QTimeZone &local = localTimeZone());

    /// Runs after \a now count from here on.
    void begin(const QDateTime &now);
    /// A run that is up to a minute late is due; of several, the last. Those before it, and later
    /// ones, are missed. A clock that was set back is followed, but not so that it repeats what
    /// has run: where the schedule means fixed times, and the last run is less than three hours
    /// ahead, or less than 10 s for any other schedule. See cron(8).
    [[nodiscard]] Turn advance(const QDateTime &now);
    /// The machine is in the zone \a local from \a now on, which is nothing to a schedule with a
    /// zone of its own. What has run, at a fixed time less than three hours ago that the clocks
    /// there will show again, does not run again.
    void moveTo(const QTimeZone &local, const QDateTime &now);
    /// Invalid where it never comes.
    [[nodiscard]] QDateTime next() const { return m_next; }
    [[nodiscard]] QTimeZone zone() const { return m_zone; }
    /// The runs after \a from and up to \a to.
    [[nodiscard]] MissedRuns missedBetween(const QDateTime &from, const QDateTime &to) const;

private:
    Timetable(const CronExpression &expression, const QTimeZone &zone, bool isLocal);
    [[nodiscard]] QDateTime after(const QDateTime &moment) const;
    [[nodiscard]] QDateTime lastUpTo(const QDateTime &now) const;
    void followBack(const QDateTime &now);

    CronExpression m_expression;
    QTimeZone m_zone;
    bool m_isLocal; ///< it goes by the zone of the machine
    QDateTime m_seen; ///< what the clock showed last
    QDateTime m_started; ///< the last run that was due
    QDateTime m_next;
};

} // namespace semper
