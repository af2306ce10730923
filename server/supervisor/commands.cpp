// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/commands.h"

#include "journal/journal.h"
#include "protocol/keys.h"
#include "spec/nearestname.h"
#include "spec/signalname.h"
#include "supervisor/instances.h"
#include "supervisor/orderlystop.h"
#include "supervisor/processtable.h"
#include "supervisor/restarts.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

CommandResult Commands::run(const SupervisionCommand &command)
{
    const auto selected = select(command.selector);
    if (const auto *error = std::get_if<CommandError>(&selected))
        return *error;
    const auto &targets = std::get<Targets>(selected);
    if (auto error = refusal(command, targets))
        return *error;
    const qint64 id = record(command, targets);
    carryOut(command, targets);
    return id;
}

std::variant<Commands::Targets, CommandError> Commands::select(const QString &selector) const
{
    if (selector == allProcesses)
        return m_table.all();
    const qsizetype colon = selector.lastIndexOf(u':');
    const QString name = selector.left(colon < 0 ? selector.size() : colon);
    bool isNumber = true;
    const int instance = colon < 0 ? -1 : QStringView(selector).sliced(colon + 1).toInt(&isNumber);
    if (!isNumber || (colon >= 0 && instance < 0))
        return CommandError{.code = u"bad_selector"_s,
            .detail = u"\"%1\" is neither NAME nor NAME:INSTANCE"_s.arg(selector)};
    Targets found = m_table.instancesOf(name);
    if (colon >= 0)
        found.removeIf([instance](const auto *it) { return it->instance() != instance; });
    if (found.isEmpty() && (colon >= 0 || !m_table.knows(name)))
        return CommandError{.code = u"unknown_process"_s,
            .detail = u"no process \"%1\""_s.arg(selector) + suggestionFor(name)};
    return found;
}

QString Commands::suggestionFor(const QString &name) const
{
    const auto nearest = nearestName(name, m_table.names());
    return nearest && *nearest != name ? u"; did you mean \"%1\"?"_s.arg(*nearest) : QString();
}

std::optional<CommandError> Commands::refusal(
    const SupervisionCommand &command, const Targets &targets) const
{
    const bool isForAll = command.selector == allProcesses;
    const QString name = command.selector.section(u':', 0, 0);
    if (!isForAll && !m_table.knows(name) && command.action != CommandAction::Stop)
        return CommandError{.code = u"unknown_process"_s,
            .detail = u"%1 is no longer in the configuration, and stops"_s.arg(name)};
    const auto isRunning = [](const SupervisedProcess *process) { return process->pid() > 0; };
    if (command.action == CommandAction::Signal && std::ranges::none_of(targets, isRunning))
        return CommandError{.code = u"not_running"_s,
            .detail = isForAll      ? u"no process runs"_s
                : targets.isEmpty() ? u"%1 has no instances"_s.arg(command.selector)
                                    : u"%1 does not run"_s.arg(command.selector)};
    if (command.action == CommandAction::Scale && (isForAll || command.selector.contains(u':')))
        return CommandError{.code = u"bad_selector"_s,
            .detail = u"scale takes the name of a process, without an instance"_s};
    return std::nullopt;
}

qint64 Commands::record(const SupervisionCommand &command, const Targets &targets)
{
    const bool isForAll = command.selector == allProcesses;
    QJsonObject fields{{keys::action, actionName(command.action)}, {keys::by, command.by}};
    if (!isForAll)
        fields.insert(keys::process, command.selector.section(u':', 0, 0));
    if (command.action == CommandAction::Scale)
        fields.insert(keys::instances, command.instances);
    if (command.action == CommandAction::Signal)
        fields.insert(keys::signal, signalName(command.signal));
    if (command.action == CommandAction::Scale || targets.isEmpty()) // one event for all instances
        return m_journal.record(QLatin1StringView("command"), fields);
    qint64 id = 0;
    for (const SupervisedProcess *process : targets) {
        fields.insert(keys::process, process->name());
        fields.insert(keys::instance, process->instance());
        id = m_journal.record(QLatin1StringView("command"), fields);
    }
    return id;
}

void Commands::carryOut(const SupervisionCommand &command, const Targets &targets)
{
    switch (command.action) {
    case CommandAction::Start:
        return start(targets);
    case CommandAction::Stop:
        return stop(targets, command);
    case CommandAction::Restart:
        return m_restarts.restart(targets, command.by);
    case CommandAction::Reset:
        for (SupervisedProcess *process : targets)
            process->handle(happening::Reset{});
        return;
    case CommandAction::Signal:
        for (SupervisedProcess *process : targets)
            process->signal(command.signal);
        return;
    case CommandAction::Scale:
        return m_instances.scale(command.selector, command.instances);
    }
}

void Commands::start(const Targets &targets)
{
    for (SupervisedProcess *process : m_table.companions().inOrder(targets)) {
        m_orderlyStop.forget(process);
        process->handle(happening::Start{});
    }
}

void Commands::stop(const Targets &targets, const SupervisionCommand &command)
{
    const Cause why = cause::Commanded{.action = actionName(command.action), .by = command.by};
    if (command.selector == allProcesses)
        return m_orderlyStop.begin(targets, why);
    for (SupervisedProcess *process : targets) {
        m_orderlyStop.forget(process);
        process->handle(happening::Stop{why});
    }
}

} // namespace semper
