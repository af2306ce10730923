// SPDX-License-Identifier: GPL-3.0-or-later
#include "servicereport.h"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace semper::bench {

namespace {

constexpr auto measuredAgainst = "node";

/// One measured thing: how it is called, and where it is found.
struct Measure
{
    const char *name; ///< in the JSON
    const char *title;
    const char *unit;
    Figures LoadFigures::*figures;
};
constexpr Measure measures[] = {
    {"requests_per_second", "requests per second", "1/s", &LoadFigures::rate},
    {"latency_p50", "latency, 50 %", "ms", &LoadFigures::median},
    {"latency_p99", "latency, 99 %", "ms", &LoadFigures::high},
    {"cpu_per_10000", "CPU for 10,000 requests", "s", &LoadFigures::cpu},
};

using ByServer = std::map<std::string, WireFigures>;

/// Null where the server was not measured so.
const Figures *loadFigures(
    const ByServer &all, const std::string &server, int connections, const Measure &measure)
{
    const auto found = all.find(server);
    return found == all.end() ? nullptr : &(found->second.loads.at(connections).*measure.figures);
}

const Figures *memoryFigures(const ByServer &all, const std::string &server)
{
    const auto found = all.find(server);
    return found == all.end() || found->second.memory.empty() ? nullptr : &found->second.memory;
}

std::string number(double value)
{
    char text[32];
    const int digits = value < 1 ? 3 : value < 10 ? 2 : value < 1000 ? 1 : 0;
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string cell(const Figures *figures, const Figures *reference)
{
    if (!figures)
        return "-";
    std::string text = number(median(*figures));
    if (reference && reference != figures && median(*reference) > 0)
        text += " (" + number(median(*figures) / median(*reference)) + "x)";
    return text;
}

void printTable(
    const ServicePlan &plan, const ByServer &all, const Measure &measure, const char *columns)
{
    std::printf("%-26s", (std::string(measure.title) + ", " + measure.unit).c_str());
    for (const int connections : plan.connections)
        std::printf(" %20s", (std::to_string(connections) + columns).c_str());
    for (const ServerProgram &server : plan.servers) {
        std::printf("\n    %-22s", server.name.c_str());
        for (const int connections : plan.connections)
            std::printf(" %20s",
                cell(loadFigures(all, server.name, connections, measure),
                    loadFigures(all, measuredAgainst, connections, measure))
                    .c_str());
    }
    std::printf("\n");
}

double widestSpread(const ServiceFigures &figures, Figures LoadFigures::*which)
{
    double widest = 0;
    for (const auto &[wire, byServer] : figures)
        for (const auto &[server, found] : byServer)
            for (const auto &[connections, load] : found.loads)
                widest = std::max(widest, spread(load.*which));
    return widest;
}

void put(nlohmann::ordered_json &entry, const std::string &server, const Figures *figures,
    const Figures *reference)
{
    if (!figures)
        return;
    entry["values"][server] = median(*figures);
    entry["spreads"][server] = spread(*figures);
    if (reference && reference != figures && median(*reference) > 0)
        entry["ratios"][server] = median(*figures) / median(*reference);
}

} // namespace

void print(const ServicePlan &plan, const ServiceFigures &figures)
{
    for (const Wire &wire : plan.wires) {
        if (!figures.contains(wire.name))
            continue;
        const ByServer &all = figures.at(wire.name);
        std::printf("\n%s\n", wire.title.c_str());
        for (const Measure &measure : measures)
            printTable(plan, all, measure, " connections");
        if (plan.idle == 0)
            continue;
        std::printf("%-26s\n", "memory per idle connection, KiB");
        for (const ServerProgram &server : plan.servers)
            std::printf("    %-22s %20s\n", server.name.c_str(),
                cell(memoryFigures(all, server.name), memoryFigures(all, measuredAgainst)).c_str());
    }
    std::printf(
        "\nNoise: between two rounds, requests per second differed by up to %.0f %%, CPU by "
        "up to %.0f %%.\n",
        100 * widestSpread(figures, &LoadFigures::rate),
        100 * widestSpread(figures, &LoadFigures::cpu));
}

std::string toJson(const ServicePlan &plan, const ServiceFigures &figures, const Skipped &skipped)
{
    nlohmann::ordered_json json;
    json["cores"] = sysconf(_SC_NPROCESSORS_ONLN);
    json["rounds"] = plan.rounds;
    json["time_ms"] = plan.time.count();
    json["idle_connections"] = plan.idle;
    json["skipped"] = skipped;
    for (const auto &[wire, all] : figures) {
        for (const ServerProgram &server : plan.servers) {
            for (const Measure &measure : measures)
                for (const int connections : plan.connections) {
                    auto &entry = json["measures"][wire + "_" + measure.name + "_"
                        + std::to_string(connections)];
                    entry["unit"] = measure.unit;
                    put(entry, server.name, loadFigures(all, server.name, connections, measure),
                        loadFigures(all, measuredAgainst, connections, measure));
                }
            auto &entry = json["measures"][wire + "_memory_per_idle_connection"];
            entry["unit"] = "KiB";
            put(entry, server.name, memoryFigures(all, server.name),
                memoryFigures(all, measuredAgainst));
        }
    }
    return json.dump(2) + '\n';
}

} // namespace semper::bench
