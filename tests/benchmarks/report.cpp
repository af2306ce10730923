// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.h"

#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace semper::bench {

namespace {

constexpr int width = 18; ///< of a column

std::string number(double value)
{
    if (value == std::floor(value))
        return std::to_string(static_cast<long long>(value));
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", value < 10 ? 2 : value < 100 ? 1 : 0, value);
    return text;
}

std::string cell(const Comparison &comparison, const Measure &measure, std::size_t contender)
{
    const Figure &figure = measure.figures.at(contender);
    if (!figure.value)
        return figure.instead.empty() ? "-" : figure.instead;
    const auto ratio = comparison.ratio(measure, contender);
    return number(*figure.value) + (ratio ? " (" + number(*ratio) + "x)" : "");
}

} // namespace

void print(const Comparison &comparison)
{
    for (const Table &table : comparison.tables) {
        std::printf("\n%s%s\n%-12s", table.title.c_str(),
            table.unit.empty() ? "" : (", " + table.unit).c_str(), "");
        for (const Measure &measure : table.measures)
            std::printf(" %*s", width, measure.column.c_str());
        for (std::size_t i = 0; i < comparison.contenders.size(); ++i) {
            std::printf("\n%-12s", comparison.contenders.at(i).c_str());
            for (const Measure &measure : table.measures)
                std::printf(" %*s", width, cell(comparison, measure, i).c_str());
        }
        std::printf("\n");
    }
}

std::string toJson(const Plan &plan, const Comparison &comparison, const Skipped &skipped)
{
    nlohmann::ordered_json json;
    json["cores"] = sysconf(_SC_NPROCESSORS_ONLN);
    json["rounds"] = plan.rounds;
    json["kills"] = plan.kills;
    json["idle_seconds"] = plan.idle.count();
    json["contenders"] = comparison.contenders;
    json["skipped"] = skipped;
    for (const Table &table : comparison.tables) {
        for (const Measure &measure : table.measures) {
            nlohmann::ordered_json &entry = json["measures"][measure.name];
            entry["title"] = table.title + ": " + measure.column;
            entry["unit"] = measure.comparable ? table.unit : ""; // else it counts something
            for (std::size_t i = 0; i < comparison.contenders.size(); ++i) {
                const std::string &name = comparison.contenders.at(i);
                const Figure &figure = measure.figures.at(i);
                if (!figure.value) {
                    entry["missing"][name] = figure.instead;
                    continue;
                }
                entry["values"][name] = *figure.value;
                if (const auto ratio = comparison.ratio(measure, i); ratio && name != "loop")
                    entry["ratios"][name] = *ratio;
            }
        }
    }
    return json.dump(2) + '\n';
}

} // namespace semper::bench
