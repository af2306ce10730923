// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/tokenbucket.h"

#include <algorithm>
#include <utility>

namespace semper {

TokenBucket::TokenBucket(double perSecond, double burst)
    : m_perSecond(perSecond)
    , m_burst(burst)
    , m_level(burst)
{ }

bool TokenBucket::has(Instant now, double amount)
{
    if (now > m_filledAt) {
        const std::chrono::duration<double> passed = now - std::exchange(m_filledAt, now);
        m_level = std::min(m_burst, m_level + passed.count() * m_perSecond);
    }
    return m_level >= amount;
}

bool TokenBucket::take(Instant now, double amount)
{
    if (!has(now, amount))
        return false;
    m_level -= amount;
    return true;
}

} // namespace semper
