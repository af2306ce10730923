// SPDX-License-Identifier: GPL-3.0-or-later
#include "comparison.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace semper::bench {

namespace {

/// A ratio to less than this would be one to noise.
constexpr double nextToNothing = 0.05;

double milliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

Measure measureOf(const std::string &name, const std::string &column,
    const std::vector<Findings> &all, const std::function<Figure(const Findings &)> &figureOf)
{
    Measure measure{.name = name, .column = column};
    for (const Findings &findings : all)
        measure.figures.push_back(figureOf(findings));
    return measure;
}

/// A table with a column for each number of processes.
Table bySize(const std::string &title, const std::string &unit, const std::string &name,
    const Plan &plan, const std::vector<Findings> &all,
    const std::function<double(const BootFindings &)> &valueOf)
{
    Table table{title, unit, {}};
    for (const int size : plan.sizes) {
        table.measures.push_back(measureOf(name + '_' + std::to_string(size), std::to_string(size),
            all, [&](const Findings &findings) -> Figure {
                const BootFindings &found = findings.boots.at(size);
                if (!found.everRan())
                    return {{}, found.trouble};
                const double value = valueOf(found);
                if (std::isinf(value)) // more than half of the rounds were given up
                    return {{}, found.trouble};
                return {value, {}};
            }));
    }
    return table;
}

/// By how much a holding grows with each process: from the smallest to the largest size that ran.
Measure slope(const std::string &name, const std::vector<Findings> &all,
    const std::function<double(const Holding &)> &valueOf)
{
    return measureOf(name, "per process", all, [&](const Findings &findings) -> Figure {
        const auto ran = [](const auto &entry) { return entry.second.everRan(); };
        const auto &boots = findings.boots;
        const auto least = std::find_if(boots.begin(), boots.end(), ran);
        const auto most = std::find_if(boots.rbegin(), boots.rend(), ran);
        if (least == boots.end() || least->first == most->first)
            return {};
        return {(valueOf(most->second.holding) - valueOf(least->second.holding))
                / (most->first - least->first),
            {}};
    });
}

/// How often a boot took too long, which a median does not tell; empty where none did.
std::vector<Table> givenUpTables(const Plan &plan, const std::vector<Findings> &all)
{
    double sum = 0;
    Table table = bySize("Boots given up after " + std::to_string(plan.bootLimit.count())
            + " s, of " + std::to_string(plan.rounds),
        "", "boots_given_up", plan, all, [&](const BootFindings &found) {
            const auto times = std::count(found.boot.begin(), found.boot.end(), beyondLimit);
            sum += static_cast<double>(times);
            return static_cast<double>(times);
        });
    for (Measure &measure : table.measures)
        measure.comparable = false;
    return sum > 0 ? std::vector{table} : std::vector<Table>{};
}

Table restartTable(const Plan &plan, const std::vector<Findings> &all)
{
    const auto at = [&](double ratio) {
        return [ratio](const Findings &findings) -> Figure {
            if (findings.restarts.empty())
                return {{}, findings.trouble};
            return {milliseconds(percentile(findings.restarts, ratio)), {}};
        };
    };
    Measure number = measureOf("restarts", "number of them", all, [](const Findings &findings) {
        return Figure{static_cast<double>(findings.restarts.size()), {}};
    });
    number.comparable = false;
    return {"Restart after kill -9, with " + std::to_string(plan.usualSize()) + " processes", "ms",
        {measureOf("restart_p50", "median", all, at(0.5)),
            measureOf("restart_p99", "99th percentile", all, at(0.99)),
            measureOf("restart_max", "longest", all, at(1)), number}};
}

Table restartCpuTable(const std::vector<Findings> &all)
{
    const auto each = [](std::chrono::nanoseconds cpu, const Findings &findings) -> Figure {
        if (findings.restarts.empty())
            return {{}, findings.trouble};
        return {milliseconds(cpu) / static_cast<double>(findings.restarts.size()), {}};
    };
    return {"CPU of a restart", "ms",
        {measureOf("restart_cpu_supervisor", "supervisor", all,
             [&](const Findings &findings) { return each(findings.restartCpu, findings); }),
            measureOf("restart_cpu", "and the child's start", all, [&](const Findings &findings) {
                return each(findings.restartCpu + findings.childCpu, findings);
            })}};
}

Table idleTable(const Plan &plan, const std::vector<Findings> &all)
{
    const auto perSecond = [](double amount, const Findings &findings) -> Figure {
        if (findings.idleTime.count() == 0)
            return {{}, findings.trouble};
        return {amount / std::chrono::duration<double>(findings.idleTime).count(), {}};
    };
    return {"Each idle second, with " + std::to_string(plan.usualSize()) + " processes", "",
        {measureOf("idle_cpu_ms", "CPU, ms", all,
             [&](const Findings &findings) {
                 return perSecond(milliseconds(findings.idle.cpu), findings);
             }),
            measureOf("idle_switches", "context switches", all, [&](const Findings &findings) {
                return perSecond(static_cast<double>(findings.idle.switches), findings);
            })}};
}

Table memoryTable(const Plan &plan, const std::vector<Findings> &all)
{
    const auto memory
        = [](const Holding &holding) { return double(holding.privateDirtyKilobytes); };
    Table table = bySize("Private dirty memory of the supervisor's processes", "kB", "memory_kb",
        plan, all, [&](const BootFindings &found) { return memory(found.holding); });
    table.measures.push_back(slope("memory_kb_per_process", all, memory));
    return table;
}

Table descriptorTable(const Plan &plan, const std::vector<Findings> &all)
{
    const auto descriptors = [](const Holding &holding) { return double(holding.descriptors); };
    Table table = bySize("Open descriptors of the supervisor's processes", "", "descriptors", plan,
        all, [&](const BootFindings &found) { return descriptors(found.holding); });
    table.measures.push_back(slope("descriptors_per_process", all, descriptors));
    return table;
}

} // namespace

std::optional<double> Comparison::ratio(const Measure &measure, std::size_t contender) const
{
    auto yardstick = std::find(contenders.begin(), contenders.end(), "loop");
    if (yardstick == contenders.end())
        yardstick = std::find(contenders.begin(), contenders.end(), "class");
    if (yardstick == contenders.end() || !measure.comparable)
        return {};
    const auto &base
        = measure.figures.at(static_cast<std::size_t>(yardstick - contenders.begin())).value;
    const auto &value = measure.figures.at(contender).value;
    if (!base || !value || *base < nextToNothing)
        return {};
    return *value / *base;
}

Comparison compare(const Plan &plan, const std::vector<Findings> &all)
{
    const auto median = [](Samples BootFindings::*samples) {
        return [samples](const BootFindings &found) {
            const auto time = percentile(found.*samples, 0.5);
            return time == beyondLimit ? std::numeric_limits<double>::infinity()
                                       : milliseconds(time);
        };
    };
    Comparison comparison;
    for (const Findings &findings : all)
        comparison.contenders.push_back(findings.contender);
    comparison.tables = {
        bySize("Boot, from the first process's start to the last one's", "ms", "launch", plan, all,
            median(&BootFindings::launch)),
        bySize("Boot, with the supervisor's own start", "ms", "boot", plan, all,
            median(&BootFindings::boot)),
        restartTable(plan, all),
        restartCpuTable(all),
        memoryTable(plan, all),
        descriptorTable(plan, all),
        bySize("Processes of the supervisor", "", "supervisor_processes", plan, all,
            [](const BootFindings &found) { return double(found.holding.processes); }),
        idleTable(plan, all),
    };
    const auto givenUp = givenUpTables(plan, all);
    comparison.tables.insert(comparison.tables.end(), givenUp.begin(), givenUp.end());
    return comparison;
}

} // namespace semper::bench
