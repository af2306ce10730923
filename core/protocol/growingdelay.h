// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <chrono>

namespace semper {

/// How long to wait before something is tried again: longer each time, up to a limit.
class SEMPER_CORE_EXPORT GrowingDelay
{
public:
    /// \a first, and \a factor times as long each time, up to \a greatest.
    GrowingDelay(
        std::chrono::milliseconds first, std::chrono::milliseconds greatest, double factor = 2);
    /// For who connects again: 50 ms at least, and of each delay from half to all by chance, so
    /// that the many clients of a server that comes back do not come all at once.
    [[nodiscard]] static GrowingDelay ofConnection(
        std::chrono::milliseconds first, std::chrono::milliseconds greatest);

    /// Each delay is to be from \a least to \a most of what it would be, by chance; never longer
    /// than the greatest.
    [[nodiscard]] GrowingDelay varied(double least, double most) const;

    /// The delay after so many others, from 0, for who counts them; \a random is from 0 to 1.
    [[nodiscard]] std::chrono::milliseconds after(int others, double random) const;

    /// The delay now, by chance where it is varied.
    [[nodiscard]] std::chrono::milliseconds now() const;
    /// From now on it is longer.
    void grow();
    /// The delay now, which then grows.
    [[nodiscard]] std::chrono::milliseconds next();
    /// It is the first one again.
    void reset() { m_grown = 0; }
    [[nodiscard]] bool hasGrown() const { return m_grown > 0; }

private:
    std::chrono::milliseconds m_first;
    std::chrono::milliseconds m_greatest;
    double m_factor;
    double m_least = 1;
    double m_most = 1;
    int m_grown = 0; ///< times
};

} // namespace semper
