// SPDX-License-Identifier: GPL-3.0-or-later
// runit: runsvdir with a runsv for each process.
#include "contenders.h"

namespace semper::bench {

namespace {

class Runit : public Contender
{
public:
    std::string name() const override { return "runit"; }
    std::string missing() const override
    {
        return m_program.empty() ? "no program runsvdir; Debian has it in runit" : "";
    }
    int most() const override { return 1000; } // MAXSERVICES in runsvdir.c
    Command prepare(const Assignment &assignment) const override
    {
        const std::filesystem::path services = assignment.folder / "services";
        writeRunScripts(services, assignment);
        // -P: a session for each, as Debian starts it. TERM would leave every runsv behind.
        return {.words = {m_program, "-P", services}, .stopSignal = SIGHUP};
    }

private:
    std::filesystem::path m_program = findProgram("runsvdir");
};

} // namespace

std::unique_ptr<Contender> runit()
{
    return std::make_unique<Runit>();
}

} // namespace semper::bench
