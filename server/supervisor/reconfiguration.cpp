// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/reconfiguration.h"

#include "protocol/keys.h"
#include "spec/dependencyorder.h"
#include "supervisor/instances.h"
#include "supervisor/processtable.h"
#include "supervisor/restarts.h"
#include "supervisor/schedules.h"

#include <QHash>
#include <QSet>

#include <algorithm>

namespace semper {

void Reconfiguration::apply(const QList<ProcessChange> &changes)
{
    // First what everything is, then what is done about it: who waits for whom must be right
    // before anything stops or starts.
    const QMap<QString, ProcessSpec> before = m_table.specs();
    for (const ProcessChange &change : changes) {
        if (change.kind != ChangeKind::Removed)
            continue;
        m_restarts.abandon(change.name);
        m_instances.retire(change.name);
    }
    for (const ProcessChange &change : changes)
        if (change.kind != ChangeKind::Removed)
            m_table.describe(change.service, change.name, change.spec);
    m_instances.stopRetired();
    for (const ProcessChange &change : dependenciesFirst(changes)) {
        if (change.kind == ChangeKind::Added)
            startAdded(change);
        else if (change.kind == ChangeKind::Changed)
            followChange(change, before.value(change.name).schedule.has_value());
    }
    for (SupervisedProcess *process : m_table.all())
        process->blockerChanged();
}

QList<ProcessChange> Reconfiguration::dependenciesFirst(QList<ProcessChange> changes) const
{
    QHash<QString, qsizetype> ranks;
    for (const QString &name : dependencyOrder(m_table.specs()))
        ranks.insert(name, ranks.size());
    std::ranges::stable_sort(
        changes, {}, [&ranks](const ProcessChange &change) { return ranks.value(change.name); });
    return changes;
}

void Reconfiguration::startAdded(const ProcessChange &change)
{
    // Instances that are there already were removed a moment ago and have not gone yet.
    const QList<SupervisedProcess *> leaving = m_table.instancesOf(change.name);
    m_instances.resize(change.name, change.spec.instances, change.spec.enabled);
    for (SupervisedProcess *process : leaving) {
        if (!m_instances.stays(process))
            continue;
        if (!change.spec.enabled)
            process->handle(happening::Stop{cause::Disabled{}});
        else if (process->spec().schedule)
            m_schedules.begin(process);
        else
            process->handle(happening::Restart{});
    }
}

void Reconfiguration::followChange(const ProcessChange &change, bool wasScheduled)
{
    const bool switched = change.keys.contains(keys::enabled);
    const QList<SupervisedProcess *> before = m_table.instancesOf(change.name);
    QList<SupervisedProcess *> wanted = before;
    wanted.removeIf([](auto *it) { return it->state().wanted() == Wanted::Down; });
    const bool isStopped = wanted.isEmpty() && !before.isEmpty();

    if (switched)
        followSwitch(change);
    if (change.keys.contains(keys::schedule)) {
        for (SupervisedProcess *process : before)
            if (m_instances.stays(process))
                m_schedules.replace(process, wasScheduled);
    }
    if (change.keys.contains(keys::instances))
        m_instances.resize(
            change.name, change.spec.instances, change.spec.enabled && (switched || !isStopped));
    restartWhatMust(change, wanted);
}

void Reconfiguration::followSwitch(const ProcessChange &change)
{
    for (SupervisedProcess *process : m_table.instancesOf(change.name)) {
        if (!m_instances.stays(process))
            continue;
        if (change.spec.enabled)
            m_schedules.begin(process);
        else
            process->handle(happening::Stop{cause::Disabled{}});
    }
}

void Reconfiguration::restartWhatMust(
    const ProcessChange &change, QList<SupervisedProcess *> candidates)
{
    // The next run of a schedule is as it says now; one that is under way is let finish.
    candidates.removeIf([this](auto *it) {
        return !m_instances.stays(it) || it->state().wanted() == Wanted::Down
            || it->spec().schedule;
    });
    if (!change.needsRestart)
        candidates = leftBehind(change.name);
    else if (!m_restarts.isUnderWay(change.name)) // else it begins anew
        candidates.removeIf(
            [&change](auto *it) { return !it->needsRestartFor(change.service, change.spec); });
    if (!candidates.isEmpty())
        m_restarts.restart(candidates);
}

QList<SupervisedProcess *> Reconfiguration::leftBehind(const QString &name) const
{
    if (m_restarts.isUnderWay(name))
        return {}; // which comes to them
    QList<SupervisedProcess *> failed;
    QList<SupervisedProcess *> outdated;
    for (SupervisedProcess *process : m_table.instancesOf(name)) {
        const MachineState &state = process->state();
        if (!m_instances.stays(process) || state.wanted() == Wanted::Down
            || process->spec().schedule)
            continue;
        if (state.phase() == ProcessPhase::Failed)
            failed.append(process);
        else if (process->isOutdated() && state.phase() != ProcessPhase::Stopping)
            outdated.append(process);
    }
    return outdated.isEmpty() ? outdated : failed + outdated;
}

ReloadReport Reconfiguration::foretell(const ConfigDifference &difference) const
{
    ReloadReport report{.difference = difference};
    QSet<QString> changed;
    for (const ProcessChange &change : difference.processes) {
        report.effects.append(effectOf(change));
        changed.insert(change.name);
    }
    for (const auto &[name, description] : m_table.descriptions()) {
        LeftBehind left{.process = name, .service = description.service, .instances = {}};
        if (!changed.contains(name))
            for (const SupervisedProcess *process : leftBehind(name))
                if (process->isOutdated())
                    left.instances.append(process->instance());
        if (!left.instances.isEmpty())
            report.leftBehind.append(left);
    }
    return report;
}

ReloadEffect Reconfiguration::effectOf(const ProcessChange &change) const
{
    using enum ReloadEffect;
    const ProcessSpec &spec = change.spec;
    const ReloadEffect begins = spec.schedule ? NextRun : Start;
    if (change.kind == ChangeKind::Removed)
        return Stop;
    if (change.kind == ChangeKind::Added)
        return spec.enabled ? begins : NextStart;

    QList<SupervisedProcess *> wanted = m_table.instancesOf(change.name);
    const bool hasInstances = !wanted.isEmpty();
    wanted.removeIf([this](auto *it) {
        return !m_instances.stays(it) || it->state().wanted() == Wanted::Down;
    });
    if (change.keys.contains(keys::enabled) && (!spec.enabled || wanted.isEmpty()))
        return spec.enabled ? begins : wanted.isEmpty() ? None : Stop;
    if (wanted.isEmpty() && hasInstances)
        return change.needsRestart ? NextStart : None;
    const bool wasScheduled = m_table.descriptions().at(change.name).spec->schedule.has_value();
    if (wasScheduled != spec.schedule.has_value())
        return wasScheduled ? Restart : NextRun;
    if (spec.schedule)
        return change.needsRestart ? NextRun : None;
    if (!change.needsRestart)
        return leftBehind(change.name).isEmpty() ? None : Restart;
    if (std::ranges::all_of(wanted, [](const auto *it) { return it->isDown(); }))
        return wanted.isEmpty() ? None : Start;
    const bool anyDiffers = std::ranges::any_of(wanted,
        [&change](const auto *it) { return it->needsRestartFor(change.service, change.spec); });
    return anyDiffers || m_restarts.isUnderWay(change.name) ? Restart : None;
}

void Reconfiguration::takeUp(const QList<LeftBehind> &left)
{
    for (const LeftBehind &it : left)
        if (const auto targets = leftBehind(it.process); !targets.isEmpty())
            m_restarts.restart(targets);
}

} // namespace semper
