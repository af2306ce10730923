// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command.h"
#include "cli/selectedsession.h"
#include "cli/selection.h"
#include "protocol/keys.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::SignalCommand)
};

int signalProcesses(const CommandLine &line, const CommandSyntax &syntax)
{
    const QString signal = line.operands().value(0);
    const CommandLine rest = line.withoutFirstOperand();
    if (const auto fault = selectorFault(rest, syntax))
        return leave(*fault);
    const auto opened = openSelected(rest);
    if (const auto *exit = std::get_if<CommandExit>(&opened))
        return leave(*exit);
    const auto &session = std::get<SelectedSession>(opened).session;
    if (const auto exit
        = session->command(u"signal"_s, selectorsOf(rest), {{keys::signal, signal}}))
        return leave(*exit);
    return int(ExitCode::Done);
}

} // namespace

Command signalCommand()
{
    CommandSyntax syntax{.program = u"semper signal"_s,
        .operands = u"SIG SELECTOR...|--all"_s,
        .summary = Texts::tr("Sends a signal, such as HUP, to processes that run."),
        .options = commonOptions(),
        .leastOperands = 1};
    syntax.options.append({{u"all"_s, Texts::tr("every process that runs")},
        {u"no-wait"_s, Texts::tr("changes nothing: a signal has nothing to wait for")}});
    return {u"signal"_s, syntax, signalProcesses};
}

} // namespace semper
