// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command.h"
#include "cli/hubsession.h"
#include "cli/selection.h"
#include "cli/serverfinder.h"
#include "cli/statustable.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::StatusCommand)
};

int status(const CommandLine &line, const CommandSyntax &)
{
    const auto socket = findServer(line);
    if (const auto *exit = std::get_if<CommandExit>(&socket))
        return leave(*exit);
    HubSession session(std::get<QString>(socket));
    if (const auto exit = session.open())
        return leave(*exit);
    const auto selected = select(session.processes(), line.operands());
    if (const auto *exit = std::get_if<CommandExit>(&selected))
        return leave(*exit);
    const auto &processes = std::get<QList<ProcessStatus>>(selected);
    if (line.has(u"json"_s)) {
        print(toJson(processes));
        return int(ExitCode::Done);
    }
    QString text;
    if (line.operands().isEmpty())
        text = serverLine(session.server());
    if (processes.isEmpty())
        text += Texts::tr("no processes") + u'\n';
    else
        text += statusTable(processes, QDateTime::currentDateTimeUtc(), TerminalStyle::real());
    print(text);
    return int(ExitCode::Done);
}

} // namespace

Command statusCommand()
{
    return {u"status"_s,
        {.program = u"semper status"_s,
            .operands = u"[SELECTOR]..."_s,
            .summary = Texts::tr("Shows the processes and how they are."),
            .options = commonOptions()},
        status};
}

} // namespace semper
