// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/awaiting.h"
#include "cli/command.h"
#include "cli/selectedsession.h"
#include "cli/selection.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::WaitCommand)
};

/// It has a schedule, whose first run is to come. /readyz does not wait for it either.
bool isForLater(const ProcessStatus &status)
{
    return status.state == ProcessPhase::Waiting && status.nextStartAt.isValid();
}

int wait(const CommandLine &line, const CommandSyntax &syntax)
{
    if (const auto fault = selectorFault(line, syntax))
        return leave(*fault);
    const auto effect = line.has(u"for"_s) ? effectFromString(line.value(u"for"_s)) : Effect::Ready;
    if (!effect)
        return leave(usageError(syntax, Texts::tr("--for needs ready, up, down or done")));
    const auto deadline = deadlineOf(line, syntax, std::nullopt);
    if (const auto *exit = std::get_if<CommandExit>(&deadline))
        return leave(*exit);
    const auto opened = openSelected(line);
    if (const auto *exit = std::get_if<CommandExit>(&opened))
        return leave(*exit);
    const auto &[session, selected, withoutInstances] = std::get<SelectedSession>(opened);
    QList<ProcessStatus> processes = selected;
    if (*effect == Effect::Ready || *effect == Effect::Up) {
        if (!withoutInstances.isEmpty() && !line.has(u"all"_s))
            return leave({ExitCode::Failed, withoutInstancesText(withoutInstances)});
        if (line.has(u"all"_s))
            processes.removeIf(&isForLater);
    }
    return awaitEffect(
        *session, processes, *effect, std::get<QDeadlineTimer>(deadline), line.has(u"json"_s));
}

} // namespace

Command waitCommand()
{
    CommandSyntax syntax{.program = u"semper wait"_s,
        .operands = u"SELECTOR...|--all"_s,
        .summary = Texts::tr("Waits until processes are ready, up, down or done."),
        .options = commonOptions()};
    syntax.options.append({{u"all"_s, Texts::tr("every process")},
        {u"for"_s, Texts::tr("ready (the default), up, down or done"), u"WHAT"_s},
        timeoutOption(std::nullopt)});
    return {u"wait"_s, syntax, wait};
}

} // namespace semper
