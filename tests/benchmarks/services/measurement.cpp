// SPDX-License-Identifier: GPL-3.0-or-later
#include "measurement.h"

#include "interruption.h"
#include "load.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

using namespace std::chrono_literals;

namespace semper::bench {

namespace {

constexpr auto warmUp = 300ms; ///< before each measurement
constexpr auto firstWarmUp = 1500ms; ///< of each server: Node translates what runs often
constexpr int firstConnections = 10;
constexpr auto toSettle = 300ms; ///< before memory is looked at

double seconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double>(time).count();
}

/// Has what goes wrong tell with whom.
template <typename Function>
void named(const ServerProgram &program, const Wire &wire, const Function &function)
{
    try {
        function();
    } catch (const std::runtime_error &error) {
        throw std::runtime_error(program.name + ", " + wire.name + ": " + error.what());
    }
}

double milliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

void measureLoad(const ServicePlan &plan, const Wire &wire, const ServiceServer &server,
    int connections, LoadFigures &figures)
{
    Load load(wire, server.port(wire.name).value(), connections);
    static_cast<void>(load.run(warmUp));
    const auto before = server.expense().cpu;
    const LoadFindings found = load.run(plan.time);
    const auto cpu = server.expense().cpu - before;
    const auto requests = double(found.latencies.size());
    figures.rate.push_back(requests / seconds(found.time));
    figures.median.push_back(milliseconds(percentile(found.latencies, 0.5)));
    figures.high.push_back(milliseconds(percentile(found.latencies, 0.99)));
    figures.cpu.push_back(seconds(cpu) * 10000 / requests);
}

/// In a server that is new: what an earlier load had it allocate, it would use again.
void measureMemory(
    const ServicePlan &plan, const Wire &wire, const ServerProgram &program, WireFigures &figures)
{
    const ServiceServer server(program);
    const auto port = server.port(wire.name).value();
    static_cast<void>(Load(wire, port, 1).run(warmUp));
    rest(toSettle);
    const long before = server.holding().privateDirtyKilobytes;
    const Load idle(wire, port, plan.idle);
    rest(toSettle);
    figures.memory.push_back(double(server.holding().privateDirtyKilobytes - before) / plan.idle);
}

} // namespace

ServiceFigures measure(const ServicePlan &plan)
{
    ServiceFigures all;
    std::vector<std::pair<const ServerProgram *, std::unique_ptr<ServiceServer>>> servers;
    for (const ServerProgram &program : plan.servers) {
        servers.emplace_back(&program, std::make_unique<ServiceServer>(program));
        for (const Wire &wire : plan.wires)
            if (const auto port = servers.back().second->port(wire.name))
                named(program, wire, [&] {
                    static_cast<void>(Load(wire, *port, firstConnections).run(firstWarmUp));
                });
    }
    for (int round = 0; round < plan.rounds; ++round)
        for (const Wire &wire : plan.wires)
            for (const int connections : plan.connections)
                for (const auto &[program, server] : servers)
                    if (const auto port = server->port(wire.name))
                        named(*program, wire, [&, &server = server, &program = program] {
                            measureLoad(plan, wire, *server, connections,
                                all[wire.name][program->name].loads[connections]);
                        });
    servers.clear();
    for (int round = 0; round < plan.rounds && plan.idle > 0; ++round) {
        for (auto &[wireName, byServer] : all) {
            const auto wire = std::find_if(plan.wires.begin(), plan.wires.end(),
                [&name = wireName](const Wire &candidate) { return candidate.name == name; });
            for (const ServerProgram &program : plan.servers)
                if (byServer.contains(program.name))
                    named(program, *wire, [&, &byServer = byServer] {
                        measureMemory(plan, *wire, program, byServer.at(program.name));
                    });
        }
    }
    return all;
}

double median(Figures figures)
{
    if (figures.empty())
        return 0;
    std::sort(figures.begin(), figures.end());
    const std::size_t half = figures.size() / 2;
    return figures.size() % 2 ? figures.at(half) : (figures.at(half - 1) + figures.at(half)) / 2;
}

double spread(const Figures &figures)
{
    if (figures.empty())
        return 0;
    const auto [least, most] = std::minmax_element(figures.begin(), figures.end());
    return (*most - *least) / median(figures);
}

} // namespace semper::bench
