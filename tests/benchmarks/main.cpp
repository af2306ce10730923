// SPDX-License-Identifier: GPL-3.0-or-later
// semper-bench: supervisors against a bare posix_spawn and waitpid loop, in turns, in one run.
#include "comparison.h"
#include "interruption.h"
#include "options.h"
#include "report.h"
#include "rounds.h"
#include "trial.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>

using namespace semper::bench;

namespace {

/// Those that are wanted and can run; why the others can't is told.
Contenders chosen(const Options &options, Skipped &skipped)
{
    Contenders contenders = allContenders(options.plan.surroundings);
    std::erase_if(contenders, [&](const auto &contender) {
        const std::string name = contender->name();
        if (!options.contenders.contains(name))
            return true;
        const std::string missing = contender->missing();
        if (!missing.empty()) {
            std::printf("%s skipped: %s\n", name.c_str(), missing.c_str());
            skipped[name] = missing;
        }
        return !missing.empty();
    });
    return contenders;
}

bool isComplete(const std::vector<Findings> &all)
{
    return std::all_of(all.begin(), all.end(), [](const Findings &findings) {
        return findings.trouble.empty()
            && std::none_of(findings.boots.begin(), findings.boots.end(),
                [](const auto &boot) { return boot.second.trouble == "failed"; });
    });
}

} // namespace

int main(int argc, char *argv[])
{
    const auto options = parse(argc, argv);
    if (!options)
        return 2;
    try {
        deferInterruption();
        adoptDaemons();
        Skipped skipped;
        const auto findings = measure(options->plan, chosen(*options, skipped));
        const Comparison comparison = compare(options->plan, findings);
        print(comparison);
        if (!options->json.empty()) {
            std::ofstream file(options->json);
            file << toJson(options->plan, comparison, skipped);
            if (!file.flush())
                throw std::runtime_error(options->json.string() + " could not be written");
        }
        return isComplete(findings) ? 0 : 1;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "semper-bench: %s\n", error.what());
        return 1;
    }
}
