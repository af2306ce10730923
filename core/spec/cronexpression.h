// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringList>

#include <variant>

namespace semper {

/// What a cron expression says of the clock on the wall, of any time zone. Bit n of a set stands
/// for the value n. The default is every minute.
struct CronExpression
{
    quint64 seconds = 1; ///< 0 to 59; second 0 where the expression has no field for them
    quint64 minutes = (quint64(1) << 60) - 1; ///< 0 to 59
    quint64 hours = (quint64(1) << 24) - 1; ///< 0 to 23
    quint64 daysOfMonth = (quint64(1) << 32) - 2; ///< 1 to 31
    quint64 months = (quint64(1) << 13) - 2; ///< 1 to 12
    quint64 daysOfWeek = (quint64(1) << 7) - 1; ///< 0 to 6, Sunday is 0
    quint64 daysFromEnd = 0; ///< 0 to 30: so many days before the last one of a month, beside days
    quint64 lastDaysOfWeek = 0; ///< 0 to 6: of a month only the last one, beside days of the week

    /// Neither field for days starts with '*', so that a day which is in one of them will do;
    /// otherwise it must be in both. See crontab(5).
    bool eitherDay = false;
    /// The field for minutes or the one for hours starts with '*'. Such a schedule runs as time
    /// passes, whatever happens to the clock; any other means fixed times. See cron(8).
    bool wildcard = true;

    friend bool operator==(const CronExpression &, const CronExpression &) = default;
};

/// Reads five fields (minute, hour, day of month, month, day of week), or six with the second
/// first, or a macro such as "@daily". A field is '*', or a list of values and ranges ("1,10-20"),
/// and '*' and ranges may have a step ("*/5", "10-40/10"). Months and days of the week may be
/// named (JAN, sun); 7 is Sunday, too. A range may go over the end (22-6, FRI-MON). '?' in a field
/// for days is '*'. "L" is the last day of a month, "L-3" the third before it, "FRIL" its last
/// Friday.
/// The second alternative says what is wrong, one sentence a field: "hour: 25 is above 23".
[[nodiscard]] SEMPER_CORE_EXPORT std::variant<CronExpression, QStringList> parseCronExpression(
    const QString &text);

} // namespace semper
