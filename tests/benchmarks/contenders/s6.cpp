// SPDX-License-Identifier: GPL-3.0-or-later
// s6: s6-svscan with an s6-supervise for each process.
#include "contenders.h"

namespace semper::bench {

namespace {

class S6 : public Contender
{
public:
    std::string name() const override { return "s6"; }
    std::string missing() const override
    {
        return m_program.empty() ? "no program s6-svscan; Debian has it in s6" : "";
    }
    Command prepare(const Assignment &assignment) const override
    {
        const std::filesystem::path services = assignment.folder / "services";
        writeRunScripts(services, assignment);
        const std::string most = std::to_string(2 * assignment.count + 10); // default 500
        return {.words = {m_program, "-c", most, services}};
    }

private:
    std::filesystem::path m_program = findProgram("s6-svscan");
};

} // namespace

std::unique_ptr<Contender> s6()
{
    return std::make_unique<S6>();
}

} // namespace semper::bench
