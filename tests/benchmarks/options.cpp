// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.h"

#include "optionwords.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace semper::bench {

namespace {

constexpr auto usage
    = "semper-bench --bin FOLDER [OPTION VALUE]...\n"
      "  --bin         where semper is\n"
      "  --contenders  default loop,semper; also supervisord, runit, s6, pm2; or all.\n"
      "                What is not installed is skipped. class and standby: semper with a class\n"
      "                instead, without and with a host in standby; compared with each other\n"
      "                where loop is not among them\n"
      "  --sizes       numbers of processes, default 20,100,500,2000\n"
      "  --rounds      turns of each contender, default 5; medians are told\n"
      "  --kills       restarts measured of each, over all rounds, default 200\n"
      "  --idle        seconds, in each round, in which idling is measured, default 3\n"
      "  --limit       seconds after which a boot is given up, default 60\n"
      "  --json        also writes the figures to this file\n";

std::vector<int> sizesIn(const std::string &list)
{
    std::vector<int> sizes;
    for (const std::string &word : split(list))
        sizes.push_back(numberIn(word, 1, 10000));
    std::sort(sizes.begin(), sizes.end());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    if (sizes.empty())
        throw std::invalid_argument("--sizes needs a number");
    return sizes;
}

std::set<std::string> contendersIn(const std::string &list)
{
    std::set<std::string> known;
    for (const auto &contender : allContenders({}))
        known.insert(contender->name());
    if (list == "all") { // that run the same program
        known.erase("class");
        known.erase("standby");
        return known;
    }
    std::set<std::string> wanted;
    for (const std::string &name : split(list)) {
        if (!known.contains(name))
            throw std::invalid_argument("there is no contender '" + name + "'");
        wanted.insert(name);
    }
    return wanted;
}

bool needsSemper(const std::set<std::string> &contenders)
{
    return contenders.contains("semper") || contenders.contains("class")
        || contenders.contains("standby");
}

void take(Options &options, std::string_view option, const std::string &value)
{
    Plan &plan = options.plan;
    if (option == "--bin")
        plan.surroundings.semper = std::filesystem::absolute(value) / "semper";
    else if (option == "--contenders")
        options.contenders = contendersIn(value);
    else if (option == "--sizes")
        plan.sizes = sizesIn(value);
    else if (option == "--rounds")
        plan.rounds = numberIn(value, 1, 1000);
    else if (option == "--kills")
        plan.kills = numberIn(value, 1, 1000000);
    else if (option == "--idle")
        plan.idle = std::chrono::seconds{numberIn(value, 0, 3600)};
    else if (option == "--limit")
        plan.bootLimit = std::chrono::seconds{numberIn(value, 1, 3600)};
    else if (option == "--json")
        options.json = value;
    else
        throw std::invalid_argument("there is no option " + std::string(option));
}

} // namespace

std::optional<Options> parse(int argc, char *argv[])
{
    Options options;
    try {
        options.plan.surroundings.here = std::filesystem::canonical("/proc/self/exe").parent_path();
        takeEach(argc, argv, [&](std::string_view option, const std::string &value) {
            take(options, option, value);
        });
        if (options.plan.surroundings.semper.empty() && needsSemper(options.contenders))
            throw std::invalid_argument("--bin is needed");
        if (options.plan.kills < options.plan.rounds)
            throw std::invalid_argument("--kills must not be less than --rounds");
    } catch (const std::exception &error) {
        std::fprintf(stderr, "semper-bench: %s\n%s", error.what(), usage);
        return {};
    }
    return options;
}

} // namespace semper::bench
