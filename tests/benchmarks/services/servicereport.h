// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "measurement.h"

#include <map>
#include <string>

namespace semper::bench {

/// By name, why a contender was not measured, or not on all wires.
using Skipped = std::map<std::string, std::string>;

/// Tables for people, on standard output: the median of the rounds, and in brackets how many times
/// that of Node; below, how noisy it was.
void print(const ServicePlan &plan, const ServiceFigures &figures);
/// The same as one JSON object, for programs.
[[nodiscard]] std::string toJson(
    const ServicePlan &plan, const ServiceFigures &figures, const Skipped &skipped);

} // namespace semper::bench
