// SPDX-License-Identifier: GPL-3.0-or-later
// The least that keeps processes alive: what all others are measured against.
#include "contenders.h"

namespace semper::bench {

namespace {

class BareLoop : public Contender
{
public:
    explicit BareLoop(std::filesystem::path program)
        : m_program(std::move(program))
    { }
    std::string name() const override { return "loop"; }
    std::string missing() const override { return {}; }
    Command prepare(const Assignment &assignment) const override
    {
        return {.words = {m_program, std::to_string(assignment.count), assignment.announce,
                    assignment.socketPath}};
    }

private:
    std::filesystem::path m_program;
};

} // namespace

std::unique_ptr<Contender> bareLoop(const Surroundings &surroundings)
{
    return std::make_unique<BareLoop>(surroundings.here / "spawnloop");
}

} // namespace semper::bench
