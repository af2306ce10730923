// SPDX-License-Identifier: GPL-3.0-or-later
// semper-service-bench: Semper's services under load, beside Node and Qt alone, in turns, in one
// run.
#include "interruption.h"
#include "measurement.h"
#include "serviceoptions.h"
#include "servicereport.h"
#include "temporaryfolder.h"

#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>

#include <sys/resource.h>

using namespace semper::bench;

namespace {

/// A thousand connections need more than a thousand descriptors, here and in the servers.
void raiseDescriptorLimit()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// Those that are wanted and can run; why the others can't is told.
std::vector<ServerProgram> chosen(
    const ServiceOptions &options, const std::filesystem::path &scratch, Skipped &skipped)
{
    const auto here = std::filesystem::canonical("/proc/self/exe").parent_path();
    std::vector<ServerProgram> servers = allServers(here, scratch);
    std::erase_if(servers, [&](const ServerProgram &server) {
        if (!options.contenders.contains(server.name))
            return true;
        if (!server.missing.empty()) {
            std::printf("%s skipped: %s\n", server.name.c_str(), server.missing.c_str());
            skipped[server.name] = server.missing;
        }
        return !server.missing.empty();
    });
    return servers;
}

/// What a server that runs does not offer: Node's WebSockets need a package.
void noteGaps(const ServicePlan &plan, const ServiceFigures &figures, Skipped &skipped)
{
    for (const Wire &wire : plan.wires)
        for (const ServerProgram &server : plan.servers) {
            const auto found = figures.find(wire.name);
            if (found != figures.end() && found->second.contains(server.name))
                continue;
            const std::string missing = "no " + wire.name
                + (server.name == "node" ? ": npm has the package ws, which is not installed" : "");
            std::printf("%s skipped: %s\n", server.name.c_str(), missing.c_str());
            skipped[server.name] = missing;
        }
}

} // namespace

int main(int argc, char *argv[])
{
    auto options = parseServiceOptions(argc, argv);
    if (!options)
        return 2;
    try {
        deferInterruption();
        raiseDescriptorLimit();
        const TemporaryFolder scratch;
        Skipped skipped;
        ServicePlan &plan = options->plan;
        plan.servers = chosen(*options, scratch.path(), skipped);
        const ServiceFigures figures = measure(plan);
        noteGaps(plan, figures, skipped);
        print(plan, figures);
        if (!options->json.empty()) {
            std::ofstream file(options->json);
            file << toJson(plan, figures, skipped);
            if (!file.flush())
                throw std::runtime_error(options->json.string() + " could not be written");
        }
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "semper-service-bench: %s\n", error.what());
        return 1;
    }
}
