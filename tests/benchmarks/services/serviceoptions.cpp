// SPDX-License-Identifier: GPL-3.0-or-later
#include "serviceoptions.h"

#include "optionwords.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace semper::bench {

namespace {

constexpr auto usage
    = "semper-service-bench [OPTION VALUE]...\n"
      "  --contenders   default semper,qt,node. What is not installed is skipped. qt: the same\n"
      "                 services with Qt's classes and nothing around them\n"
      "  --services     default http,websocket,rpc\n"
      "  --connections  numbers of connections, default 1,100,1000\n"
      "  --rounds       turns of each contender, default 3; medians are told\n"
      "  --time         milliseconds that a measurement takes, default 2000\n"
      "  --idle         idle connections, for the memory that one needs, default 1000; 0: none\n"
      "  --json         also writes the figures to this file\n";

std::vector<Wire> wiresIn(const std::string &list)
{
    const std::vector<std::string> names = split(list);
    for (const std::string &name : names)
        if (std::ranges::find(allWires(), name, &Wire::name) == allWires().end())
            throw std::invalid_argument("there is no service '" + name + "'");
    std::vector<Wire> wires = allWires();
    std::erase_if(wires,
        [&](const Wire &wire) { return std::ranges::find(names, wire.name) == names.end(); });
    return wires;
}

std::set<std::string> contendersIn(const std::string &list)
{
    const std::set<std::string> known = ServiceOptions().contenders;
    std::set<std::string> wanted;
    for (const std::string &name : split(list)) {
        if (!known.contains(name))
            throw std::invalid_argument("there is no contender '" + name + "'");
        wanted.insert(name);
    }
    return wanted;
}

void take(ServiceOptions &options, std::string_view option, const std::string &value)
{
    ServicePlan &plan = options.plan;
    if (option == "--contenders")
        options.contenders = contendersIn(value);
    else if (option == "--services")
        plan.wires = wiresIn(value);
    else if (option == "--connections") {
        plan.connections.clear();
        for (const std::string &word : split(value))
            plan.connections.push_back(numberIn(word, 1, 10000));
    } else if (option == "--rounds")
        plan.rounds = numberIn(value, 1, 1000);
    else if (option == "--time")
        plan.time = std::chrono::milliseconds{numberIn(value, 10, 600000)};
    else if (option == "--idle")
        plan.idle = numberIn(value, 0, 10000);
    else if (option == "--json")
        options.json = value;
    else
        throw std::invalid_argument("there is no option " + std::string(option));
}

} // namespace

std::optional<ServiceOptions> parseServiceOptions(int argc, char *argv[])
{
    ServiceOptions options;
    try {
        takeEach(argc, argv, [&](std::string_view option, const std::string &value) {
            take(options, option, value);
        });
    } catch (const std::exception &error) {
        std::fprintf(stderr, "semper-service-bench: %s\n%s", error.what(), usage);
        return {};
    }
    return options;
}

} // namespace semper::bench
