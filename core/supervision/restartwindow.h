// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "supervision/instant.h"

#include <QtGlobal>

#include <array>
#include <chrono>
#include <optional>

namespace semper {

/// Counts the restarts of the last hour, by the minute, in a fixed amount of memory however many
/// there are.
class SEMPER_CORE_EXPORT RestartWindow
{
public:
    static constexpr std::chrono::minutes length{60};

    void add(Instant now);
    /// Those of the last \a minutes, at most length, the minute that has begun included.
    [[nodiscard]] int count(Instant now, std::chrono::minutes minutes) const;
    /// When a count falls next, if no more are added; nothing once there are none.
    [[nodiscard]] std::optional<Instant> nextFall(Instant now) const;
    void clear() { *this = {}; }

    friend bool operator==(const RestartWindow &, const RestartWindow &) = default;

private:
    /// Of a minute that may lie before the clock's first one.
    [[nodiscard]] static std::size_t slot(qint64 minute)
    {
        return std::size_t((minute + length.count()) % length.count());
    }

    qint64 m_newest = 0; ///< minute that was counted in last
    std::array<int, length.count()> m_counts{}; ///< by minute, round and round
};

} // namespace semper
