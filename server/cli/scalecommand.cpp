// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/awaiting.h"
#include "cli/command.h"
#include "cli/selection.h"
#include "cli/terminaltext.h"
#include "protocol/keys.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ScaleCommand)
};

constexpr auto patience = 120s;

QList<ProcessStatus> instancesOf(const CommandSession &session, const QString &name)
{
    QList<ProcessStatus> instances = session.processes();
    instances.removeIf([&name](const ProcessStatus &status) { return status.name != name; });
    return instances;
}

bool isThere(const QList<ProcessStatus> &instances, int count)
{
    return instances.size() == count
        && std::ranges::all_of(instances, [](const ProcessStatus &status) {
               return status.ready || status.state == ProcessPhase::Done
                   || status.wanted == Wanted::Down;
           });
}

/// One of the first \a count that has failed for good: waiting does not bring it up.
std::optional<ProcessStatus> failed(const QList<ProcessStatus> &instances, int count)
{
    const auto it = std::ranges::find_if(instances, [count](const ProcessStatus &status) {
        return status.instance < count && status.state == ProcessPhase::Failed;
    });
    return it == instances.end() ? std::nullopt : std::optional(*it);
}

int scale(const CommandLine &line, const CommandSyntax &syntax)
{
    const QStringList operands = line.operands();
    const QString &name = operands.first();
    bool isNumber = false;
    const int count = operands.last().toInt(&isNumber);
    if (!isNumber || count < 0)
        return leave(usageError(syntax, Texts::tr("N must be a whole number from 0 on")));
    const auto deadline = deadlineOf(line, syntax, patience);
    if (const auto *exit = std::get_if<CommandExit>(&deadline))
        return leave(*exit);
    const auto opened = CommandSession::open(line);
    if (const auto *exit = std::get_if<CommandExit>(&opened))
        return leave(*exit);
    CommandSession &session = *std::get<std::unique_ptr<CommandSession>>(opened);
    if (const auto exit = session.command(u"scale"_s, {name}, {{keys::instances, count}}))
        return leave(*exit);
    if (!line.has(u"no-wait"_s)) {
        const auto arrived = session.runUntil(
            [&] {
                const QList<ProcessStatus> instances = instancesOf(session, name);
                return isThere(instances, count) || failed(instances, count);
            },
            std::get<QDeadlineTimer>(deadline));
        if (!arrived)
            return leave(session.loss());
        if (const auto status = failed(instancesOf(session, name), count))
            return leave({ExitCode::Failed,
                Texts::tr("%1 has failed: %2\n")
                    .arg(processLabel(status->name, status->instance),
                        printable(status->explain()))});
        if (!*arrived)
            return leave({ExitCode::Failed,
                Texts::tr("%1: time is up; 'semper status %1' shows its state").arg(name) + u'\n'});
    }
    print(line.has(u"json"_s) ? toJson(instancesOf(session, name))
                              : (count == 1 ? Texts::tr("%1: 1 instance").arg(name)
                                            : Texts::tr("%1: %2 instances").arg(name).arg(count))
                + u'\n');
    return int(ExitCode::Done);
}

} // namespace

Command scaleCommand()
{
    CommandSyntax syntax{.program = u"semper scale"_s,
        .operands = u"NAME N"_s,
        .summary = Texts::tr("Runs N instances of a process until the server ends."),
        .options = commonOptions(),
        .leastOperands = 2,
        .mostOperands = 2};
    syntax.options.append({{u"no-wait"_s, Texts::tr("return once the server has accepted it")},
        timeoutOption(patience)});
    return {u"scale"_s, syntax, scale};
}

} // namespace semper
