// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "supervision/instant.h"

namespace semper {

/// Bounds a rate: lets through as much as there is in the bucket, which fills up again as time goes
/// on. Source: the token bucket of traffic shaping.
class SEMPER_CORE_EXPORT TokenBucket
{
public:
    /// Lets \a burst through at once, and \a perSecond in the long run.
    TokenBucket(double perSecond, double burst);

    /// Whether there is \a amount at \a now, which never goes back.
    [[nodiscard]] bool has(Instant now, double amount = 1);
    /// Takes it where it is there.
    [[nodiscard]] bool take(Instant now, double amount = 1);
    /// Nothing was taken lately: it is as good as new.
    [[nodiscard]] bool isFull(Instant now) { return has(now, m_burst); }

private:
    double m_perSecond;
    double m_burst;
    double m_level;
    Instant m_filledAt = {};
};

} // namespace semper
