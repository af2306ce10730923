// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/signalname.h"

#include <QLatin1StringView>

#include <array>
#include <csignal>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr QLatin1StringView prefix{"SIG"};

constexpr std::array<std::pair<int, QLatin1StringView>, 31> signalNames{{
    {SIGHUP, QLatin1StringView("HUP")},
    {SIGINT, QLatin1StringView("INT")},
    {SIGQUIT, QLatin1StringView("QUIT")},
    {SIGILL, QLatin1StringView("ILL")},
    {SIGTRAP, QLatin1StringView("TRAP")},
    {SIGABRT, QLatin1StringView("ABRT")},
    {SIGBUS, QLatin1StringView("BUS")},
    {SIGFPE, QLatin1StringView("FPE")},
    {SIGKILL, QLatin1StringView("KILL")},
    {SIGUSR1, QLatin1StringView("USR1")},
    {SIGSEGV, QLatin1StringView("SEGV")},
    {SIGUSR2, QLatin1StringView("USR2")},
    {SIGPIPE, QLatin1StringView("PIPE")},
    {SIGALRM, QLatin1StringView("ALRM")},
    {SIGTERM, QLatin1StringView("TERM")},
    {SIGSTKFLT, QLatin1StringView("STKFLT")},
    {SIGCHLD, QLatin1StringView("CHLD")},
    {SIGCONT, QLatin1StringView("CONT")},
    {SIGSTOP, QLatin1StringView("STOP")},
    {SIGTSTP, QLatin1StringView("TSTP")},
    {SIGTTIN, QLatin1StringView("TTIN")},
    {SIGTTOU, QLatin1StringView("TTOU")},
    {SIGURG, QLatin1StringView("URG")},
    {SIGXCPU, QLatin1StringView("XCPU")},
    {SIGXFSZ, QLatin1StringView("XFSZ")},
    {SIGVTALRM, QLatin1StringView("VTALRM")},
    {SIGPROF, QLatin1StringView("PROF")},
    {SIGWINCH, QLatin1StringView("WINCH")},
    {SIGIO, QLatin1StringView("IO")},
    {SIGPWR, QLatin1StringView("PWR")},
    {SIGSYS, QLatin1StringView("SYS")},
}};

} // namespace

QString signalName(int number)
{
    for (const auto &[value, name] : signalNames)
        if (value == number)
            return prefix + name;
    return prefix + QString::number(number);
}

std::optional<int> signalFromName(QStringView name)
{
    const QStringView bare = name.startsWith(prefix) ? name.sliced(prefix.size()) : name;
    for (const auto &[value, text] : signalNames)
        if (text == bare)
            return value;
    return std::nullopt;
}

QStringList stopSignalNames()
{
    return {u"TERM"_s, u"INT"_s, u"HUP"_s, u"QUIT"_s, u"USR1"_s, u"USR2"_s, u"KILL"_s, u"ABRT"_s,
        u"ALRM"_s, u"PIPE"_s, u"WINCH"_s, u"PWR"_s};
}

} // namespace semper
