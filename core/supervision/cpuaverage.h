// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "supervision/instant.h"

#include <chrono>
#include <deque>
#include <optional>

namespace semper {

/// Tells when the use of CPU, averaged over the last minute, passes a limit, and when it has
/// fallen again: below nine tenths of the limit, so that one that wavers around it is not told of
/// all the time.
class SEMPER_CORE_EXPORT CpuAverage
{
public:
    /// \a limit in cores: 1 is all of one.
    explicit CpuAverage(double limit)
        : m_limit(limit)
    { }

    /// \a used is the CPU time since the launch; less than before counts as none in between.
    /// True: now above; false: now fallen; nothing: no change, or less than a minute is known.
    std::optional<bool> add(Instant now, std::chrono::milliseconds used);
    /// Over the last minute, in cores.
    [[nodiscard]] double average() const { return m_average; }
    /// Forgets all, for another launch.
    void clear();

private:
    struct Sample
    {
        Instant at;
        std::chrono::milliseconds used;
    };

    double m_limit;
    double m_average = 0;
    bool m_isHigh = false;
    std::deque<Sample> m_samples; ///< the oldest at least a minute old, if any is
};

} // namespace semper
