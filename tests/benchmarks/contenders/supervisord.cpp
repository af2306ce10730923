// SPDX-License-Identifier: GPL-3.0-or-later
// supervisord: both outputs of a process in one pipe and no log, which is what Semper does too.
#include "contenders.h"

#include <fstream>

#include <unistd.h>

namespace semper::bench {

namespace {

class Supervisord : public Contender
{
public:
    std::string name() const override { return "supervisord"; }
    std::string missing() const override
    {
        return m_program.empty() ? "no program supervisord; Debian has it in supervisor" : "";
    }
    Command prepare(const Assignment &assignment) const override
    {
        const std::filesystem::path file = assignment.folder / "supervisord.conf";
        std::ofstream out(file);
        write(out, assignment);
        return {.words = {m_program, "--nodaemon", "--configuration", file}};
    }

private:
    static void write(std::ostream &out, const Assignment &assignment)
    {
        const std::string folder = assignment.folder;
        out << "[supervisord]\n"
            << "logfile = /dev/null\n"
            << "logfile_maxbytes = 0\n"
            << "pidfile = " << folder << "/supervisord.pid\n"
            << "minfds = " << 4 * assignment.count + 100 << '\n'
            << (geteuid() == 0 ? "user = root\n" : "") // said outright, or it warns
            << "[unix_http_server]\n"
            << "file = " << folder << "/supervisor.sock\n"
            << "[rpcinterface:supervisor]\n"
            << "supervisor.rpcinterface_factory = "
               "supervisor.rpcinterface:make_main_rpcinterface\n"
            << "[program:announce]\n"
            << "command = " << assignment.announce.string() << ' ' << assignment.socketPath.string()
            << " %(process_num)d\n"
            << "process_name = p%(process_num)d\n"
            << "numprocs = " << assignment.count << '\n'
            << "autorestart = true\n"
            << "startsecs = 0\n"
            << "startretries = 1000000\n"
            << "redirect_stderr = true\n"
            << "stdout_logfile = NONE\n";
    }

    std::filesystem::path m_program = findProgram("supervisord");
};

} // namespace

std::unique_ptr<Contender> supervisord()
{
    return std::make_unique<Supervisord>();
}

} // namespace semper::bench
