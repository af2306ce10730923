// SPDX-License-Identifier: GPL-3.0-or-later
// `semper serve` with its guardian, its hub, an HTTP service and the control API.
#include "contenders.h"

#include <fstream>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace semper::bench {

namespace {

class SemperServer : public Contender
{
public:
    explicit SemperServer(std::filesystem::path program)
        : m_program(std::move(program))
    { }
    std::string name() const override { return "semper"; }
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
    static nlohmann::json configuration(const Assignment &assignment)
    {
        nlohmann::json processes;
        for (int i = 0; i < assignment.count; ++i) {
            processes["p" + std::to_string(i)] = {
                {"command", {assignment.announce, assignment.socketPath, std::to_string(i)}},
                {"restart",
                    {{"first_delay_ms", 0}, {"backoff_ms", 1}, {"backoff_max_ms", 1},
                        {"jitter_ratio", 0}, {"reset_after_ms", 1}}},
            };
        }
        return {
            {"node", "bench-" + std::to_string(getpid())},
            {"state_directory", assignment.folder / "state"},
            {"control", {{"listen", "127.0.0.1:0"}}},
            {"services",
                {{"http",
                    {{"type", "http"}, {"listen", "127.0.0.1:0"}, {"processes", processes}}}}},
        };
    }

    std::filesystem::path m_program;
};

} // namespace

std::unique_ptr<Contender> semperServer(const Surroundings &surroundings)
{
    return std::make_unique<SemperServer>(surroundings.semper);
}

} // namespace semper::bench
