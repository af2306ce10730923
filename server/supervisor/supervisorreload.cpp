// SPDX-License-Identifier: GPL-3.0-or-later
// Of the supervisor and its processes: what a new configuration changes.
#include "output/outputcollector.h"
#include "protocol/keys.h"
#include "spec/dependencyorder.h"
#include "spec/specdiff.h"
#include "supervisor/rollingrestart.h"
#include "supervisor/supervisor.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

void SupervisedProcess::reconfigure(const QString &service, const SharedSpec &spec)
{
    m_isOutdated = m_launch && needsRestartFor(service, *spec);
    m_service = service;
    m_nextSpec = spec;
    if (m_launch) {
        const auto liveness = m_spec->liveness;
        m_spec = std::make_shared<ProcessSpec>(differenceOf(*m_spec, *spec).live);
        m_edges.output.setLimits(m_identity.launchId, m_spec->outputLimits);
        if (m_spec->liveness != liveness) {
            if (m_liveness)
                m_liveness->forget();
            followLiveness();
        }
    } else {
        takeNextSpec();
    }
    Q_EMIT changed();
}

bool SupervisedProcess::needsRestartFor(const QString &service, const ProcessSpec &spec) const
{
    return !m_launch || service != m_launchedFor || differenceOf(*m_spec, spec).needsRestart;
}

void SupervisedProcess::takeNextSpec()
{
    m_isOutdated = false;
    if (!m_nextSpec)
        return;
    m_spec = std::exchange(m_nextSpec, nullptr);
    m_heartbeat.setWatchdog(m_spec->watchdogPeriod());
    watchLimits();
    watchWork();
}

void Supervisor::setReload(std::function<void(const ReloadRequest &, ReloadDone)> reload)
{
    m_reload = std::move(reload);
}

void Supervisor::reload(const ReloadRequest &request, ReloadDone done)
{
    if (m_shuttingDown)
        return done(ReloadRefusal{u"shutting_down"_s, u"the server is stopping"_s});
    if (!m_reload)
        return done(ReloadRefusal{u"no_configuration"_s, u"there is nothing to read again"_s});
    m_reload(request, std::move(done));
}

void Supervisor::setPluginDirectories(const QStringList &directories)
{
    if (std::exchange(m_edges.surroundings.pluginDirectories, directories) == directories)
        return;
    for (const auto &[name, description] : m_descriptions) { // those that wait have loaded already
        m_standbys.set(name, *description.spec);
        m_standbys.follow(name, instancesOf(name));
    }
}

void Supervisor::reconfigure(const QList<ProcessChange> &changes)
{
    // First what everything is, then what is done about it: who waits for whom must be right
    // before anything stops or starts.
    QSet<QString> scheduled;
    for (const auto &[name, description] : m_descriptions)
        if (description.spec->schedule)
            scheduled.insert(name);
    for (const ProcessChange &change : changes)
        if (change.kind == ChangeKind::Removed)
            retire(change.name);
    for (const ProcessChange &change : changes)
        if (change.kind != ChangeKind::Removed)
            describeAnew(change);
    stopRetired();
    for (const ProcessChange &change : dependenciesFirst(changes)) {
        if (change.kind == ChangeKind::Added)
            startAdded(change);
        else if (change.kind == ChangeKind::Changed)
            followChange(change, scheduled.contains(change.name));
    }
    for (SupervisedProcess *process : all())
        process->handle(happening::BlockerChanged{});
    Q_EMIT listChanged();
}

QList<ProcessChange> Supervisor::dependenciesFirst(QList<ProcessChange> changes) const
{
    QMap<QString, ProcessSpec> specs;
    for (const auto &[name, description] : m_descriptions)
        specs.insert(name, *description.spec);
    QHash<QString, qsizetype> ranks;
    for (const QString &name : dependencyOrder(specs))
        ranks.insert(name, ranks.size());
    std::ranges::stable_sort(
        changes, {}, [&ranks](const ProcessChange &change) { return ranks.value(change.name); });
    return changes;
}

QList<SupervisedProcess *> Supervisor::instancesOf(const QString &name) const
{
    QList<SupervisedProcess *> instances;
    for (auto it = m_processes.lower_bound({name, 0});
         it != m_processes.end() && it->first.first == name; ++it)
        instances.append(it->second.get());
    return instances;
}

void Supervisor::describeAnew(const ProcessChange &change)
{
    describe(change.service, change.name, change.spec);
    const SharedSpec &spec = m_descriptions.at(change.name).spec;
    // One that was removed a moment ago may still be stopping.
    for (SupervisedProcess *process : instancesOf(change.name)) {
        m_companions.remove(process);
        process->reconfigure(change.service, spec);
        if (find(process->name(), process->instance()) == process) // it may have gone by that
            m_companions.add(process);
    }
}

void Supervisor::retire(const QString &name)
{
    delete m_rolling.take(name);
    m_standbys.set(name, {});
    m_descriptions.erase(name);
    for (SupervisedProcess *process : instancesOf(name)) {
        m_retired.insert(process);
        removeRetired(process);
    }
}

void Supervisor::stopRetired()
{
    const QSet<SupervisedProcess *> retired = m_retired; // one that is down leaves it
    for (SupervisedProcess *process : retired) {
        if (!m_retired.contains(process) || process->state().wanted == Wanted::Down)
            continue;
        const QList<SupervisedProcess *> dependants = m_companions.dependantsOf(*process);
        if (std::ranges::any_of(dependants,
                [this](SupervisedProcess *it) { return m_retired.contains(it) && !it->isDown(); }))
            continue;
        process->handle(happening::Stop{});
    }
}

bool Supervisor::stays(SupervisedProcess *process) const
{
    return find(process->name(), process->instance()) == process && !m_retired.contains(process);
}

void Supervisor::startAdded(const ProcessChange &change)
{
    // Instances that are there already were removed a moment ago and have not gone yet.
    const QList<SupervisedProcess *> leaving = instancesOf(change.name);
    resize(change.name, change.spec.instances, change.spec.enabled);
    for (SupervisedProcess *process : leaving) {
        if (!stays(process))
            continue;
        if (!change.spec.enabled)
            process->handle(happening::Stop{cause::Disabled{}});
        else if (process->spec().schedule)
            begin(process);
        else
            process->handle(happening::Restart{});
    }
}

void Supervisor::followChange(const ProcessChange &change, bool wasScheduled)
{
    const bool switched = change.keys.contains(keys::enabled);
    const QList<SupervisedProcess *> before = instancesOf(change.name);
    QList<SupervisedProcess *> toRestart = before;
    toRestart.removeIf([](auto *it) { return it->state().wanted == Wanted::Down; });
    const bool isStopped = toRestart.isEmpty() && !before.isEmpty();

    if (switched) {
        for (SupervisedProcess *process : before) {
            if (!stays(process))
                continue;
            if (change.spec.enabled)
                begin(process);
            else
                process->handle(happening::Stop{cause::Disabled{}});
        }
    }
    if (change.keys.contains(keys::schedule)) {
        for (SupervisedProcess *process : before)
            if (stays(process))
                m_schedules.replace(process, wasScheduled);
    }
    if (change.keys.contains(keys::instances))
        resize(change.name, change.spec.instances, change.spec.enabled && (switched || !isStopped));
    // The next run of a schedule is as it says now; one that is under way is let finish.
    toRestart.removeIf([this](auto *it) {
        return !stays(it) || it->state().wanted == Wanted::Down || it->spec().schedule;
    });
    if (!change.needsRestart)
        toRestart = leftBehind(change.name);
    else if (!isRestarting(change.name)) // else it begins anew
        toRestart.removeIf(
            [&change](auto *it) { return !it->needsRestartFor(change.service, change.spec); });
    if (!toRestart.isEmpty())
        restart(toRestart);
}

} // namespace semper
