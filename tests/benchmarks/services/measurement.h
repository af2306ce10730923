// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "serviceserver.h"
#include "wire.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace semper::bench {

/// What is measured, and how long.
struct ServicePlan
{
    std::vector<Wire> wires = allWires();
    std::vector<ServerProgram> servers{};
    std::vector<int> connections{1, 100, 1000};
    int rounds = 3; ///< turns of each server
    std::chrono::milliseconds time{2000}; ///< of a measurement
    int idle = 1000; ///< connections that are held open for what one needs; 0: none
};

/// One number, once for each round.
using Figures = std::vector<double>;

/// What a server showed on one wire with one number of connections.
struct LoadFigures
{
    Figures rate; ///< requests in a second
    Figures median, high; ///< latency that 50 % and 99 % do not exceed, ms
    Figures cpu; ///< of the server for 10,000 requests, seconds
};

/// What a server showed on one wire.
struct WireFigures
{
    std::map<int, LoadFigures> loads; ///< by number of connections
    Figures memory; ///< private and dirty, for an idle connection, KiB
};

/// By wire, then by server. What a server does not offer is not there.
using ServiceFigures = std::map<std::string, std::map<std::string, WireFigures>>;

/// Measures the servers in turns, several rounds of them. Throws std::exception.
[[nodiscard]] ServiceFigures measure(const ServicePlan &plan);

/// 0 where there are none.
[[nodiscard]] double median(Figures figures);
/// How far the figures of the rounds lie apart, in relation to their median.
[[nodiscard]] double spread(const Figures &figures);

} // namespace semper::bench
