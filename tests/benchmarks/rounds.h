// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "comparison.h"

#include <filesystem>
#include <vector>

namespace semper::bench {

struct Plan
{
    std::filesystem::path semper; ///< the program
    std::filesystem::path here; ///< the folder of announce and spawnloop
    int rounds = 5;
    int kills = 200; ///< on each side, over all rounds
};

struct Result
{
    std::vector<Row> rows;
    Footprint footprint;
};

/// Both sides in turns, so that whatever else the machine does burdens both alike.
/// Throws std::runtime_error.
[[nodiscard]] Result measure(const Plan &plan);

} // namespace semper::bench
