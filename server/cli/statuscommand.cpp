// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command.h"
#include "cli/selectedsession.h"
#include "cli/selection.h"
#include "cli/statustable.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::StatusCommand)
};

int status(const CommandLine &line, const CommandSyntax &)
{
    const auto opened = openSelected(line);
    if (const auto *exit = std::get_if<CommandExit>(&opened))
        return leave(*exit);
    const auto &[session, processes, withoutInstances] = std::get<SelectedSession>(opened);
    if (line.has(u"json"_s)) {
        print(toJson(processes));
        return int(ExitCode::Done);
    }
    QString text;
    if (line.operands().isEmpty())
        text = serverLine(session->server());
    if (processes.isEmpty() && withoutInstances.isEmpty())
        text += Texts::tr("no processes") + u'\n';
    else if (!processes.isEmpty())
        text += statusTable(processes, QDateTime::currentDateTimeUtc(), TerminalStyle::real());
    text += withoutInstancesText(withoutInstances);
    printColoured(text);
    return int(ExitCode::Done);
}

} // namespace

Command statusCommand()
{
    return {u"status"_s,
        {.program = u"semper status"_s,
            .operands = u"[SELECTOR]..."_s,
            .summary = Texts::tr("Shows the processes and their state."),
            .options = commonOptions()},
        status};
}

} // namespace semper
