// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/awaiting.h"
#include "cli/command.h"
#include "cli/selectedsession.h"
#include "cli/selection.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ControlCommands)
};

/// A process may take its time-outs to stop and to get ready; this is above their defaults.
constexpr auto patience = 120s;

int control(const CommandLine &line, const CommandSyntax &syntax, const QString &action,
    std::optional<Effect> effect)
{
    if (const auto fault = selectorFault(line, syntax))
        return leave(*fault);
    const auto deadline = deadlineOf(line, syntax, patience);
    if (const auto *exit = std::get_if<CommandExit>(&deadline))
        return leave(*exit);
    const auto opened = openSelected(line);
    if (const auto *exit = std::get_if<CommandExit>(&opened))
        return leave(*exit);

    const auto &[session, before, withoutInstances] = std::get<SelectedSession>(opened);
    if (const auto exit = session->command(action, selectorsOf(line)))
        return leave(*exit);
    if (!line.has(u"all"_s) && !line.has(u"json"_s))
        print(withoutInstancesText(withoutInstances));
    if (!effect || line.has(u"no-wait"_s)) {
        const auto after
            = select(session->processes(), line.operands(), session->namesWithoutInstances());
        if (line.has(u"json"_s) && std::holds_alternative<QList<ProcessStatus>>(after))
            print(toJson(std::get<QList<ProcessStatus>>(after)));
        return int(ExitCode::Done);
    }
    return awaitEffect(
        *session, before, *effect, std::get<QDeadlineTimer>(deadline), line.has(u"json"_s));
}

CommandSyntax syntaxOf(const QString &name, const QString &summary)
{
    CommandSyntax syntax{.program = u"semper "_s + name,
        .operands = u"SELECTOR...|--all"_s,
        .summary = summary,
        .options = commonOptions()};
    syntax.options.append({{u"all"_s, Texts::tr("every process")},
        {u"no-wait"_s, Texts::tr("return once the server has accepted it")},
        timeoutOption(patience)});
    return syntax;
}

} // namespace

QList<Command> controlCommands()
{
    return {
        {u"start"_s,
            syntaxOf(u"start"_s, Texts::tr("Starts processes and waits until they are ready.")),
            [](const CommandLine &line, const CommandSyntax &syntax) {
                return control(line, syntax, u"start"_s, Effect::Started);
            }},
        {u"stop"_s,
            syntaxOf(u"stop"_s, Texts::tr("Stops processes and waits until they have ended.")),
            [](const CommandLine &line, const CommandSyntax &syntax) {
                return control(line, syntax, u"stop"_s, Effect::Stopped);
            }},
        {u"restart"_s,
            syntaxOf(
                u"restart"_s, Texts::tr("Restarts processes and waits until new ones are ready.")),
            [](const CommandLine &line, const CommandSyntax &syntax) {
                return control(line, syntax, u"restart"_s, Effect::Relaunched);
            }},
        {u"reset"_s, syntaxOf(u"reset"_s, Texts::tr("Clears restart counters and backoff.")),
            [](const CommandLine &line, const CommandSyntax &syntax) {
                return control(line, syntax, u"reset"_s, std::nullopt);
            }},
    };
}

} // namespace semper
