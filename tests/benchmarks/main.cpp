// SPDX-License-Identifier: GPL-3.0-or-later
// semper-bench: `semper serve` against a bare posix_spawn and waitpid loop, in turns, in one run.
#include "comparison.h"
#include "rounds.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>

using namespace semper::bench;

namespace {

int usage()
{
    std::fputs("semper-bench --bin FOLDER [--rounds N] [--kills N] [--json FILE]\n"
               "  --bin     where semper is\n"
               "  --rounds  turns of each side, default 5; medians are told\n"
               "  --kills   restarts measured on each side, over all rounds, default 200\n"
               "  --json    also writes the figures there\n",
        stderr);
    return 2;
}

} // namespace

int main(int argc, char *argv[])
{
    Plan plan;
    plan.here = std::filesystem::canonical("/proc/self/exe").parent_path();
    std::filesystem::path json;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc)
            return usage();
        const std::string_view option = argv[i];
        if (option == "--bin")
            plan.semper = std::filesystem::absolute(argv[i + 1]) / "semper";
        else if (option == "--rounds")
            plan.rounds = std::atoi(argv[i + 1]);
        else if (option == "--kills")
            plan.kills = std::atoi(argv[i + 1]);
        else if (option == "--json")
            json = argv[i + 1];
        else
            return usage();
    }
    if (plan.semper.empty() || plan.rounds < 1 || plan.kills < plan.rounds)
        return usage();

    try {
        const Result result = measure(plan);
        print(result.rows, result.footprint);
        if (!json.empty())
            std::ofstream(json) << toJson(result.rows, result.footprint);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "semper-bench: %s\n", error.what());
        return 1;
    }
    return 0;
}
