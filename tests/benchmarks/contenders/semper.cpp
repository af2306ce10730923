// SPDX-License-Identifier: GPL-3.0-or-later
// `semper serve` with its guardian, its hub, an HTTP service and the control API. Once with
// commands as all others, and with a class: started anew each time, and from a host in standby.
#include "contenders.h"

#include <fstream>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace semper::bench {

namespace {

class SemperServer : public Contender
{
public:
    enum class Kind { Command, Class, Standby };

    SemperServer(Kind kind, const Surroundings &surroundings)
        : m_kind(kind)
        , m_program(surroundings.semper)
        , m_plugins(surroundings.here)
    { }
    std::string name() const override
    {
        switch (m_kind) {
        case Kind::Command:
            return "semper";
        case Kind::Class:
            return "class";
        case Kind::Standby:
            return "standby";
        }
        return {};
    }
    std::string missing() const override
    {
        return access(m_program.c_str(), X_OK) == 0 ? "" : "no program semper; see --bin";
    }
    Command prepare(const Assignment &assignment) const override
    {
        const std::filesystem::path file = assignment.folder / "bench.json";
        std::ofstream(file) << configuration(assignment);
        return {.words
            = {m_program, "serve", "--config", file, "--socket", assignment.folder / "hub.sock"}};
    }

private:
    nlohmann::json process(const Assignment &assignment, int index) const
    {
        nlohmann::json it = {
            {"restart",
                {{"first_delay_ms", 0}, {"backoff_ms", 1}, {"backoff_max_ms", 1},
                    {"jitter_ratio", 0}, {"reset_after_ms", 1}}},
        };
        if (m_kind == Kind::Command) {
            it["command"] = {assignment.announce, assignment.socketPath, std::to_string(index)};
            return it;
        }
        it["class"] = "Announcer";
        it["settings"] = {{"socket", assignment.socketPath}, {"index", index}};
        it["standby"] = m_kind == Kind::Standby ? 1 : 0;
        return it;
    }

    nlohmann::json configuration(const Assignment &assignment) const
    {
        nlohmann::json processes;
        for (int i = 0; i < assignment.count; ++i)
            processes["p" + std::to_string(i)] = process(assignment, i);
        return {
            {"plugin_directories", nlohmann::json::array({m_plugins.string()})},
            {"node", "bench-" + std::to_string(getpid())},
            {"state_directory", assignment.folder / "state"},
            {"control", {{"listen", "127.0.0.1:0"}}},
            {"services",
                {{"http",
                    {{"type", "http"}, {"listen", "127.0.0.1:0"}, {"processes", processes}}}}},
        };
    }

    Kind m_kind;
    std::filesystem::path m_program;
    std::filesystem::path m_plugins;
};

} // namespace

std::unique_ptr<Contender> semperServer(const Surroundings &surroundings)
{
    return std::make_unique<SemperServer>(SemperServer::Kind::Command, surroundings);
}

std::unique_ptr<Contender> semperClass(const Surroundings &surroundings)
{
    return std::make_unique<SemperServer>(SemperServer::Kind::Class, surroundings);
}

std::unique_ptr<Contender> semperStandby(const Surroundings &surroundings)
{
    return std::make_unique<SemperServer>(SemperServer::Kind::Standby, surroundings);
}

} // namespace semper::bench
