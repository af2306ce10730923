// SPDX-License-Identifier: GPL-3.0-or-later
// PM2 as its users start it: `pm2 start FILE`, which leaves a daemon behind. Logs go nowhere.
#include "contenders.h"

#include <fstream>

#include <nlohmann/json.hpp>

namespace semper::bench {

namespace {

class Pm2 : public Contender
{
public:
    explicit Pm2(const std::filesystem::path &here)
        : m_program(here / "pm2" / "node_modules" / ".bin" / "pm2")
    {
        if (!std::filesystem::exists(m_program))
            m_program = findProgram("pm2");
    }
    std::string name() const override { return "pm2"; }
    std::string missing() const override
    {
        if (m_program.empty())
            return "no program pm2; npm has it";
        return findProgram("node").empty() ? "no program node" : "";
    }
    Command prepare(const Assignment &assignment) const override
    {
        const std::filesystem::path file
            = assignment.folder / "bench.json"; // so named: an ecosystem
        std::ofstream(file) << ecosystem(assignment);
        return {
            .words = {m_program, "start", file},
            .environment = {"PM2_HOME=" + assignment.folder.string(),
                "PM2_DISABLE_VERSION_CHECK=true"}, // it would ask the network
            .leavesDaemon = true,
        };
    }

private:
    static nlohmann::json ecosystem(const Assignment &assignment)
    {
        nlohmann::json apps = nlohmann::json::array();
        for (int i = 0; i < assignment.count; ++i) {
            apps.push_back({
                {"name", "p" + std::to_string(i)}, {"script", assignment.announce},
                {"args", {assignment.socketPath, std::to_string(i)}}, {"exec_interpreter", "none"},
                {"exec_mode", "fork"}, {"autorestart", true}, {"restart_delay", 0},
                {"min_uptime", 100}, {"max_restarts", 1000000000}, {"out_file", "/dev/null"},
                {"error_file", "/dev/null"}, {"pmx", false}, // no instrumentation
                {"vizion", false}, // no look for a version control
            });
        }
        return {{"apps", apps}};
    }

    std::filesystem::path m_program;
};

} // namespace

std::unique_ptr<Contender> pm2(const Surroundings &surroundings)
{
    return std::make_unique<Pm2>(surroundings.here);
}

} // namespace semper::bench
