// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "contender.h"
#include "findings.h"

#include <chrono>
#include <filesystem>
#include <vector>

namespace semper::bench {

/// What is measured of each contender.
struct Plan
{
    Surroundings surroundings;
    std::vector<int> sizes{20, 100, 500, 2000}; ///< numbers of processes, ascending
    int rounds = 5;
    int kills = 200; ///< over all rounds
    std::chrono::seconds idle{3}; ///< in each round
    std::chrono::seconds bootLimit{60}; ///< a boot that takes longer is given up

    /// The number of processes with which restarts and idling are measured: 100 if that is one.
    [[nodiscard]] int usualSize() const;
};

/// All contenders in turns, so that whatever else the machine does burdens all alike. What one of
/// them cannot do is noted in its findings and told on standard error. Throws Interrupted.
[[nodiscard]] std::vector<Findings> measure(const Plan &plan, const Contenders &contenders);

} // namespace semper::bench
