// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "supervision/instant.h"

#include <chrono>
#include <vector>

namespace semper {

/// Counts what happened within the last \a length, with the oldest falling out as time goes on.
/// Holds at most \a limit + 1 entries: beyond the limit more of them tell nothing new.
class SEMPER_CORE_EXPORT SlidingWindow
{
public:
    /// Forgets what lies \a length or longer before \a now, and counts the rest.
    [[nodiscard]] int count(Instant now, std::chrono::milliseconds length);
    void add(Instant now, int limit);
    void clear() { m_entries.clear(); }

    friend bool operator==(const SlidingWindow &, const SlidingWindow &) = default;

private:
    std::vector<Instant> m_entries; ///< oldest first; most windows stay empty
};

} // namespace semper
