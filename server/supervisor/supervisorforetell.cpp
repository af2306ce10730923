// SPDX-License-Identifier: GPL-3.0-or-later
// Of the supervisor: what a reload is about to do, and what an earlier one has left undone.
#include "protocol/keys.h"
#include "supervisor/rollingrestart.h"
#include "supervisor/supervisor.h"

#include <algorithm>

namespace semper {

bool Supervisor::isRestarting(const QString &name) const
{
    return !m_rolling.value(name).isNull();
}

QList<SupervisedProcess *> Supervisor::leftBehind(const QString &name) const
{
    if (isRestarting(name))
        return {}; // which comes to them
    QList<SupervisedProcess *> failed;
    QList<SupervisedProcess *> outdated;
    for (SupervisedProcess *process : instancesOf(name)) {
        const MachineState &state = process->state();
        if (!stays(process) || state.wanted == Wanted::Down || process->spec().schedule)
            continue;
        if (state.phase == ProcessPhase::Failed)
            failed.append(process);
        else if (process->isOutdated() && state.phase != ProcessPhase::Stopping)
            outdated.append(process);
    }
    return outdated.isEmpty() ? outdated : failed + outdated;
}

void Supervisor::takeUp(const QList<LeftBehind> &left)
{
    for (const LeftBehind &it : left)
        if (const QList<SupervisedProcess *> targets = leftBehind(it.process); !targets.isEmpty())
            restart(targets);
}

ReloadReport Supervisor::foretell(const ConfigDifference &difference) const
{
    ReloadReport report{.difference = difference};
    QSet<QString> changed;
    for (const ProcessChange &change : difference.processes) {
        report.effects.append(effectOf(change));
        changed.insert(change.name);
    }
    for (const auto &[name, description] : m_descriptions) {
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

ReloadEffect Supervisor::effectOf(const ProcessChange &change) const
{
    using enum ReloadEffect;
    const ProcessSpec &spec = change.spec;
    const ReloadEffect begins = spec.schedule ? NextRun : Start;
    if (change.kind == ChangeKind::Removed)
        return Stop;
    if (change.kind == ChangeKind::Added)
        return spec.enabled ? begins : NextStart;

    QList<SupervisedProcess *> wanted = instancesOf(change.name);
    const bool hasInstances = !wanted.isEmpty();
    wanted.removeIf([this](auto *it) { return !stays(it) || it->state().wanted == Wanted::Down; });
    if (change.keys.contains(keys::enabled) && (!spec.enabled || wanted.isEmpty()))
        return spec.enabled ? begins : wanted.isEmpty() ? None : Stop;
    if (wanted.isEmpty() && hasInstances)
        return change.needsRestart ? NextStart : None;
    const bool wasScheduled = m_descriptions.at(change.name).spec->schedule.has_value();
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
    return anyDiffers || isRestarting(change.name) ? Restart : None;
}

} // namespace semper
