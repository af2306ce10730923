// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace semper::bench {

using Samples = std::vector<std::chrono::nanoseconds>;

/// The sample that \a ratio of all do not exceed; 0.5 is the median. 0 where there are none.
[[nodiscard]] std::chrono::nanoseconds percentile(Samples samples, double ratio);

/// One measured thing, on both sides.
struct Row
{
    std::string name; ///< as a JSON key: "boot_100"
    std::string title; ///< for people
    std::chrono::nanoseconds loop{0};
    std::chrono::nanoseconds semper{0};

    [[nodiscard]] double ratio() const;
};

/// What the server costs, apart from time.
struct Footprint
{
    long privateDirtyKilobytes = 0; ///< with the smaller number of processes
    double kilobytesPerProcess = 0;
    double descriptorsPerProcess = 0;
};

/// A table for people.
void print(const std::vector<Row> &rows, const Footprint &footprint);
/// One JSON object, times in microseconds.
[[nodiscard]] std::string toJson(const std::vector<Row> &rows, const Footprint &footprint);

} // namespace semper::bench
