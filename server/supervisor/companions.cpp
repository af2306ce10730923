// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/companions.h"

#include "spec/dependencyorder.h"
#include "supervisor/supervisedprocess.h"

#include <QMap>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

bool hasComeTo(const MachineState &state, DependencyLevel level)
{
    const bool isDone = state.phase() == ProcessPhase::Done;
    switch (level) {
    case DependencyLevel::Started:
        return isDone || (state.launchedAt() && state.phase() != ProcessPhase::Stopping);
    case DependencyLevel::Default:
    case DependencyLevel::Ready:
        return isDone || state.isReady();
    case DependencyLevel::Completed:
        return isDone && !state.isClearing(); // what it left behind may still be at work
    }
    Q_UNREACHABLE();
}

QString levelName(DependencyLevel level)
{
    switch (level) {
    case DependencyLevel::Started:
        return u"started"_s;
    case DependencyLevel::Default:
    case DependencyLevel::Ready:
        return u"ready"_s;
    case DependencyLevel::Completed:
        return u"completed"_s;
    }
    Q_UNREACHABLE();
}

/// \a dependency has not come to \a level yet.
Cause waitsFor(const SupervisedProcess &dependency, DependencyLevel level)
{
    const MachineState &state = dependency.state();
    cause::Waiting waiting{
        .process = dependency.name(), .waitsFor = levelName(level), .state = state.phase()};
    if (state.phase() == ProcessPhase::Failed)
        waiting.because = state.cause;
    else if (state.phase() == ProcessPhase::Backoff)
        waiting.because = Cause(cause::Backoff{.nextStartAt = dependency.nextStartAt()});
    return waiting;
}

} // namespace

void Companions::add(SupervisedProcess *process)
{
    const ProcessSpec &spec = process->spec();
    m_byName.insert(process->name(), process);
    for (auto name = spec.dependsOn.keyBegin(); name != spec.dependsOn.keyEnd(); ++name)
        m_byDependency.insert(*name, process);
    if (!spec.group.isEmpty())
        m_byGroup.insert(spec.group, process);
    m_order.clear();
}

void Companions::remove(SupervisedProcess *process)
{
    const ProcessSpec &spec = process->spec();
    m_byName.remove(process->name(), process);
    for (auto name = spec.dependsOn.keyBegin(); name != spec.dependsOn.keyEnd(); ++name)
        m_byDependency.remove(*name, process);
    m_byGroup.remove(spec.group, process);
    m_order.clear();
}

void Companions::findOrder() const
{
    QMap<QString, ProcessSpec> specs;
    for (const SupervisedProcess *process : std::as_const(m_byName))
        specs.insert(process->name(), process->spec());
    for (const QString &name : dependencyOrder(specs))
        m_order.insert(name, m_order.size());
}

std::optional<Cause> Companions::blockerOf(const SupervisedProcess &process) const
{
    const ProcessSpec &spec = process.spec();
    for (auto it = spec.dependsOn.cbegin(); it != spec.dependsOn.cend(); ++it) {
        const QList<SupervisedProcess *> instances = m_byName.values(it.key());
        if (instances.isEmpty())
            return cause::Waiting{
                .process = it.key(), .waitsFor = levelName(*it), .state = std::nullopt};
        for (const SupervisedProcess *dependency : instances) {
            const bool isSaid = *it != DependencyLevel::Default;
            const DependencyLevel level = isSaid ? *it : dependency->spec().defaultLevel();
            if (!hasComeTo(dependency->state(), level))
                return waitsFor(*dependency, level);
        }
    }
    if (spec.group.isEmpty() || spec.strategy == GroupStrategy::OneForOne)
        return {};
    const auto [begin, end] = m_byGroup.equal_range(spec.group);
    const auto isStopping = [&process](const SupervisedProcess *other) {
        return other != &process
            && (other->state().phase() == ProcessPhase::Stopping || other->state().isClearing());
    };
    const auto found = std::find_if(begin, end, isStopping);
    if (found == end)
        return std::nullopt;
    return cause::Waiting{
        .process = (*found)->name(), .waitsFor = u"stopped"_s, .state = (*found)->state().phase()};
}

QList<SupervisedProcess *> Companions::dependantsOf(const SupervisedProcess &process) const
{
    return m_byDependency.values(process.name());
}

QList<SupervisedProcess *> Companions::heldBy(const SupervisedProcess &process) const
{
    const bool isFree = process.spec().strategy == GroupStrategy::OneForOne;
    return isFree ? QList<SupervisedProcess *>() : othersOfGroup(process);
}

QList<SupervisedProcess *> Companions::restartedWith(const SupervisedProcess &process) const
{
    if (process.spec().strategy == GroupStrategy::OneForOne)
        return {};
    QList<SupervisedProcess *> others = othersOfGroup(process);
    if (process.spec().strategy == GroupStrategy::OneForAll)
        return others;
    const auto rank
        = [this](const SupervisedProcess &it) { return std::pair(rankOf(it), it.instance()); };
    others.removeIf([&](const SupervisedProcess *other) { return rank(*other) < rank(process); });
    return others;
}

QList<SupervisedProcess *> Companions::inOrder(QList<SupervisedProcess *> processes) const
{
    if (!m_byDependency.isEmpty())
        std::ranges::stable_sort(
            processes, {}, [this](const SupervisedProcess *process) { return rankOf(*process); });
    return processes;
}

qsizetype Companions::rankOf(const SupervisedProcess &process) const
{
    if (m_order.isEmpty())
        findOrder();
    return m_order.value(process.name());
}

QList<SupervisedProcess *> Companions::othersOfGroup(const SupervisedProcess &process) const
{
    if (process.spec().group.isEmpty())
        return {};
    QList<SupervisedProcess *> others = m_byGroup.values(process.spec().group);
    others.removeIf([&process](const SupervisedProcess *other) { return other == &process; });
    return others;
}

} // namespace semper
