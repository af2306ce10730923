// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "comparison.h"

#include <map>
#include <string>

namespace semper::bench {

/// By name, why a contender was not measured.
using Skipped = std::map<std::string, std::string>;

/// Tables for people, on standard output: a figure, and in brackets how many times the bare loop's
/// (see Comparison::ratio()).
void print(const Comparison &comparison);
/// The same as one JSON object, for programs.
[[nodiscard]] std::string toJson(
    const Plan &plan, const Comparison &comparison, const Skipped &skipped);

} // namespace semper::bench
