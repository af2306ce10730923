// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/processspec.h>
#include <semper/semper_core_export.h>

#include <QStringList>

namespace semper {

/// What lies between two descriptions of a process.
struct SpecDifference
{
    QStringList keys = {}; ///< that differ, as in the configuration: "settings.interval_ms"
    bool needsRestart = false; ///< a launch that runs cannot take all of it over
    ProcessSpec live = {}; ///< the old one with all that a launch that runs can take over

    friend bool operator==(const SpecDifference &, const SpecDifference &) = default;
};

/// Pure. Many settings or variables that differ are told as "settings" or "environment".
[[nodiscard]] SEMPER_CORE_EXPORT SpecDifference differenceOf(
    const ProcessSpec &was, const ProcessSpec &is);

} // namespace semper
