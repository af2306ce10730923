// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "spec/cronexpression.h"

#include <QDateTime>
#include <QTimeZone>

#include <optional>

namespace semper {

/// The first run of a schedule strictly after \a after, by the clocks of \a zone, and given in
/// it; a whole second. Nothing when there is none within 41 years, which is never (30 February),
/// and for an invalid time or zone, or a year that is not from 1 to 9999.
///
/// Where clocks are changed, it follows cron(8). A schedule with a wildcard for its minutes or
/// hours (CronExpression::wildcard) goes by the time that clocks show: what they skip does not
/// come, what they show twice comes twice. Any other means fixed times, and each comes once: when
/// clocks skip some of them, all of those run as one at the first moment after the gap; of a time
/// that comes twice, the first is taken.
///
/// Takes microseconds, and less than a millisecond where nothing ever comes. Any thread.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QDateTime> nextRun(
    const CronExpression &expression, const QDateTime &after, const QTimeZone &zone);

} // namespace semper
