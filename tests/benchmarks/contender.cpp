// SPDX-License-Identifier: GPL-3.0-or-later
#include "contender.h"

#include "contenders/contenders.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace semper::bench {

Contenders allContenders(const Surroundings &surroundings)
{
    Contenders all;
    all.push_back(bareLoop(surroundings));
    all.push_back(semperServer(surroundings));
    all.push_back(semperClass(surroundings));
    all.push_back(semperStandby(surroundings));
    all.push_back(supervisord());
    all.push_back(runit());
    all.push_back(s6());
    all.push_back(pm2(surroundings));
    return all;
}

std::filesystem::path findProgram(const std::string &program)
{
    const char *path = std::getenv("PATH");
    std::istringstream folders(std::string(path ? path : "") + ":/usr/bin:/usr/sbin:/bin:/sbin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::filesystem::path candidate = std::filesystem::path(folder) / program;
        if (candidate.is_absolute() && access(candidate.c_str(), X_OK) == 0)
            return candidate;
    }
    return {};
}

void writeRunScripts(const std::filesystem::path &services, const Assignment &assignment)
{
    for (int i = 0; i < assignment.count; ++i) {
        const std::filesystem::path folder = services / ("p" + std::to_string(i));
        std::filesystem::create_directories(folder);
        const std::filesystem::path script = folder / "run";
        std::ofstream out(script);
        out << "#!/bin/sh\nexec " << assignment.announce.string() << ' '
            << assignment.socketPath.string() << ' ' << i << '\n';
        out.close();
        if (!out)
            throw std::runtime_error(script.string() + " could not be written");
        std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    }
}

} // namespace semper::bench
