// SPDX-License-Identifier: GPL-3.0-or-later
// Of the supervisor: what people ask for.
#include "supervisor/supervisor.h"

#include "journal/journal.h"
#include "protocol/keys.h"
#include "spec/nearestname.h"
#include "spec/signalname.h"
#include "supervisor/rollingrestart.h"

#include <QJsonArray>
#include <QLoggingCategory>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logSupervisorCommands, "semper.server.commands", QtInfoMsg)

} // namespace

std::variant<QList<SupervisedProcess *>, CommandError> Supervisor::select(
    const QString &selector) const
{
    if (selector == allProcesses)
        return all();
    const qsizetype colon = selector.lastIndexOf(u':');
    const QString name = selector.left(colon < 0 ? selector.size() : colon);
    bool isNumber = true;
    const int instance = colon < 0 ? -1 : QStringView(selector).sliced(colon + 1).toInt(&isNumber);
    if (!isNumber || (colon >= 0 && instance < 0))
        return CommandError{.code = u"bad_selector"_s,
            .detail = u"\"%1\" is neither NAME nor NAME:INSTANCE"_s.arg(selector)};
    QList<SupervisedProcess *> found;
    for (const auto &[key, process] : m_processes)
        if (key.first == name && (colon < 0 || key.second == instance))
            found.append(process.get());
    if (found.isEmpty() && (colon >= 0 || !m_descriptions.contains(name)))
        return CommandError{.code = u"unknown_process"_s,
            .detail = u"no process \"%1\""_s.arg(selector) + suggestionFor(name)};
    return found;
}

QString Supervisor::suggestionFor(const QString &name) const
{
    QStringList names;
    for (const auto &[known, description] : m_descriptions)
        names.append(known);
    const auto nearest = nearestName(name, names);
    return nearest && *nearest != name ? u"; did you mean \"%1\"?"_s.arg(*nearest) : QString();
}

bool Supervisor::knows(const QString &name) const
{
    return m_descriptions.contains(name);
}

QStringList Supervisor::namesWithoutInstances() const
{
    QStringList names;
    for (const auto &[name, description] : m_descriptions)
        if (!find(name, 0))
            names.append(name);
    return names;
}

CommandResult Supervisor::command(const SupervisionCommand &command)
{
    const auto selected = select(command.selector);
    if (const auto *error = std::get_if<CommandError>(&selected))
        return *error;
    if (m_shuttingDown)
        return CommandError{.code = u"shutting_down"_s, .detail = u"the server is stopping"_s};
    const auto &targets = std::get<QList<SupervisedProcess *>>(selected);
    if (auto error = refusal(command, targets))
        return *error;
    const qint64 id = recordCommand(command, targets);
    carryOut(command, targets);
    return id;
}

qint64 Supervisor::recordCommand(
    const SupervisionCommand &command, const QList<SupervisedProcess *> &targets)
{
    const bool isForAll = command.selector == allProcesses;
    QJsonObject fields{{keys::process, isForAll ? QString() : command.selector.section(u':', 0, 0)},
        {keys::action, actionName(command.action)}, {keys::by, command.by}};
    if (command.action == CommandAction::Scale)
        fields.insert(keys::instances, command.instances);
    if (command.action == CommandAction::Signal)
        fields.insert(keys::signal, signalName(command.signal));
    if (isForAll)
        fields.remove(keys::process);
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

std::optional<CommandError> Supervisor::refusal(
    const SupervisionCommand &command, const QList<SupervisedProcess *> &targets) const
{
    const bool isForAll = command.selector == allProcesses;
    const QString name = command.selector.section(u':', 0, 0);
    if (!isForAll && !m_descriptions.contains(name) && command.action != CommandAction::Stop)
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

void Supervisor::carryOut(
    const SupervisionCommand &command, const QList<SupervisedProcess *> &targets)
{
    switch (command.action) {
    case CommandAction::Start:
        for (SupervisedProcess *process : m_companions.inOrder(targets)) {
            m_orderlyStop.forget(process);
            process->handle(happening::Start{});
        }
        return;
    case CommandAction::Stop:
        return stop(targets, command);
    case CommandAction::Restart:
        return restart(targets, command.by);
    case CommandAction::Reset:
        for (SupervisedProcess *process : targets)
            process->handle(happening::Reset{});
        return;
    case CommandAction::Signal:
        for (SupervisedProcess *process : targets)
            process->signal(command.signal);
        return;
    case CommandAction::Scale:
        return scale(command.selector, command.instances);
    }
}

void Supervisor::stop(const QList<SupervisedProcess *> &targets, const SupervisionCommand &command)
{
    const Cause why = cause::Commanded{.action = actionName(command.action), .by = command.by};
    if (command.selector == allProcesses)
        return m_orderlyStop.begin(targets, why);
    for (SupervisedProcess *process : targets) {
        m_orderlyStop.forget(process);
        process->handle(happening::Stop{why});
    }
}

void Supervisor::restart(const QList<SupervisedProcess *> &targets, const QString &by)
{
    std::map<QString, QList<SupervisedProcess *>> byName;
    for (SupervisedProcess *process : targets) {
        m_orderlyStop.forget(process);
        byName[process->name()].append(process);
    }
    for (const auto &[name, instances] : byName)
        restartInstances(name, instances, by);
}

void Supervisor::restartInstances(
    const QString &name, const QList<SupervisedProcess *> &targets, const QString &by)
{
    // One instance of several leaves the others to the rolling restart that they are in.
    if (targets.size() == 1)
        return targets.first()->handle(happening::Restart{by});
    delete m_rolling.take(name); // this one begins anew
    auto *rolling = new RollingRestart(targets, by, this);
    m_rolling.insert(name, rolling);
    connect(rolling, &RollingRestart::givenUp, this, &Supervisor::recordGivenUp);
    connect(rolling, &RollingRestart::finished, this, [this, name, rolling] {
        m_rolling.remove(name);
        rolling->deleteLater();
    });
    rolling->start();
}

void Supervisor::recordGivenUp(const SupervisedProcess &failed, const QList<int> &left)
{
    QJsonArray instances;
    for (const int instance : left)
        instances.append(instance);
    const QString label = processLabel(failed.name(), failed.instance());
    const std::optional<Cause> &cause = failed.state().cause;
    const QString reason = u"%1 has failed: %2"_s.arg(label, semper::describe(cause));
    m_journal.record(QLatin1StringView("restart_given_up"),
        {{keys::process, failed.name()}, {keys::instance, failed.instance()},
            {keys::notRestarted, instances}, {keys::reason, reason},
            {keys::cause, cause ? QJsonValue(cause->toJson()) : QJsonValue()}});
    qCWarning(logSupervisorCommands,
        "%s; the restart of %s is given up, %lld of its instances stay as they are",
        qUtf8Printable(reason), qUtf8Printable(failed.name()), qint64(left.size()));
}

void Supervisor::scale(const QString &name, int count)
{
    resize(name, count, m_descriptions.at(name).spec->enabled);
    Q_EMIT listChanged();
}

void Supervisor::resize(const QString &name, int count, bool startNewOnes)
{
    for (int instance = 0; instance < count; ++instance) {
        SupervisedProcess *process = find(name, instance);
        if (process && !m_retired.remove(process))
            continue;
        if (!process)
            addInstance(name, instance);
        if (startNewOnes)
            begin(find(name, instance));
    }
    for (int instance = count; SupervisedProcess *process = find(name, instance); ++instance) {
        m_retired.insert(process);
        process->handle(happening::Stop{});
        removeRetired(process);
    }
}

void Supervisor::removeRetired(SupervisedProcess *process)
{
    if (!m_retired.contains(process) || !process->isDown())
        return;
    // From the event loop: this may be inside one of its signals.
    m_retired.remove(process);
    m_orderlyStop.forget(process);
    const QList<SupervisedProcess *> concerned
        = m_companions.dependantsOf(*process) + m_companions.heldBy(*process);
    m_companions.remove(process);
    m_schedules.forget(process);
    const auto it = m_processes.find({process->name(), process->instance()});
    it->second.release()->deleteLater();
    m_processes.erase(it);
    for (SupervisedProcess *other : concerned)
        other->handle(happening::BlockerChanged{}); // it waits for one less
    if (!m_tellList.isActive())
        m_tellList.start();
}

} // namespace semper
