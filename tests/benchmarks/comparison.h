// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings.h"
#include "rounds.h"

#include <optional>
#include <string>
#include <vector>

namespace semper::bench {

/// One figure of one contender.
struct Figure
{
    std::optional<double> value;
    std::string instead; ///< where there is none: "> 60 s", "failed"
};

/// One measured thing, of all contenders.
struct Measure
{
    std::string name; ///< as a JSON key: "boot_100"
    std::string column; ///< for people, under the title of the table: "100"
    std::vector<Figure> figures{}; ///< in the order of the contenders
    bool comparable = true; ///< a ratio says something
};

/// Measures that belong together.
struct Table
{
    std::string title;
    std::string unit; ///< "ms"; empty for a number of things
    std::vector<Measure> measures;
};

struct Comparison
{
    std::vector<std::string> contenders;
    std::vector<Table> tables;

    /// How many times the bare loop's figure, or without one that of "class"; nothing where there
    /// is neither, or where it needs next to nothing.
    [[nodiscard]] std::optional<double> ratio(const Measure &measure, std::size_t contender) const;
};

[[nodiscard]] Comparison compare(const Plan &plan, const std::vector<Findings> &all);

} // namespace semper::bench
