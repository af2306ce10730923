// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QString>

namespace semper {

/// What happens when a schedule is due while the run before is not over.
enum class Overlap {
    Skip, ///< the new run is left out
    Queue, ///< one run follows as soon as this one is over
    Kill ///< the old run is stopped, and the new one starts
};

/// When a process runs. "schedule" in the configuration.
struct ScheduleSpec
{
    QString cron = {}; ///< five fields, six with seconds first, or a macro such as "@daily"
    QString timeZone = {}; ///< "Europe/Berlin"; empty: the machine's
    friend bool operator==(const ScheduleSpec &, const ScheduleSpec &) = default;
};

} // namespace semper
