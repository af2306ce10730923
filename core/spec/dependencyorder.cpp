// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/dependencyorder.h"

#include "spec/jsonpath.h"
#include "spec/nearestname.h"

#include <QHash>
#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

using Processes = QMap<QString, ProcessSpec>;

/// A walk over all processes, dependencies first (Tarjan, "Edge-disjoint spanning trees and
/// depth-first search", 1976). Not recursive: a chain may be as long as there are processes.
class Walk
{
public:
    explicit Walk(const Processes &processes)
        : m_processes(processes)
    {
        for (auto it = processes.keyBegin(); it != processes.keyEnd(); ++it)
            if (!m_seen.contains(*it))
                visit(*it);
    }

    [[nodiscard]] const QList<QString> &order() const { return m_order; }
    /// Each circle as the names on its way; the first depends on the second.
    [[nodiscard]] const QList<QList<QString>> &circles() const { return m_circles; }

private:
    struct Step
    {
        QString name;
        QList<QString> left; ///< dependencies that were not followed yet
    };

    void visit(const QString &first)
    {
        QList<Step> way;
        enter(way, first);
        while (!way.isEmpty()) {
            if (way.last().left.isEmpty()) {
                m_onWay.remove(way.last().name);
                m_order.append(way.takeLast().name);
                continue;
            }
            const QString next = way.last().left.takeFirst();
            if (m_onWay.contains(next))
                noteCircle(way, next);
            else if (!m_seen.contains(next) && m_processes.contains(next))
                enter(way, next);
        }
    }

    void enter(QList<Step> &way, const QString &name)
    {
        m_seen.insert(name);
        m_onWay.insert(name);
        way.append({name, m_processes.value(name).dependsOn.keys()});
    }

    void noteCircle(const QList<Step> &way, const QString &back)
    {
        QList<QString> names;
        for (const Step &step : way)
            if (!names.isEmpty() || step.name == back)
                names.append(step.name);
        m_circles.append(names);
    }

    const Processes &m_processes;
    QSet<QString> m_seen;
    QSet<QString> m_onWay;
    QList<QString> m_order;
    QList<QList<QString>> m_circles;
};

/// Why nothing can wait for the process \a name up to \a level, as it is described; empty: it can.
QString unfitness(const Processes &processes, const QString &name, DependencyLevel level)
{
    const auto process = processes.constFind(name);
    if (process == processes.cend()) {
        const QString none = u"no process %1"_s.arg(quoted(name));
        const auto nearest = nearestName(name, processes.keys());
        return nearest ? none + u"; did you mean %1?"_s.arg(quoted(*nearest)) : none;
    }
    if (process->schedule)
        return u"%1 has a schedule, so nothing can wait for it"_s.arg(quoted(name));
    if (level == DependencyLevel::Completed && process->restart.policy == RestartPolicy::Always)
        return u"%1 is always restarted, so it never completes; \"ready\", or the restart policy "
               "\"never\" or \"on-failure\" for %1"_s.arg(quoted(name));
    return {};
}

QList<DependencyFault> unfitNames(const Processes &processes)
{
    QList<DependencyFault> faults;
    for (auto it = processes.cbegin(); it != processes.cend(); ++it)
        for (auto other = it->dependsOn.cbegin(); other != it->dependsOn.cend(); ++other)
            if (const QString fault = unfitness(processes, other.key(), *other); !fault.isEmpty())
                faults.append({it.key(), fault});
    return faults;
}

QList<DependencyFault> circles(const Processes &processes)
{
    QList<DependencyFault> faults;
    const Walk walk(processes);
    for (const QList<QString> &names : walk.circles()) {
        const QString way = QStringList(names).join(u" → "_s) + u" → "_s + names.first();
        faults.append({names.first(), u"waits for itself: %1"_s.arg(way)});
    }
    return faults;
}

QList<DependencyFault> strategyConflicts(const Processes &processes)
{
    QList<DependencyFault> faults;
    QHash<QString, QString> firstOfGroup;
    for (auto it = processes.cbegin(); it != processes.cend(); ++it) {
        if (it->group.isEmpty())
            continue;
        const QString first = firstOfGroup.value(it->group);
        if (first.isEmpty())
            firstOfGroup.insert(it->group, it.key());
        else if (processes.value(first).strategy != it->strategy)
            faults.append({it.key(),
                u"another strategy than that of %1, which is in the group too"_s.arg(quoted(first)),
                true});
    }
    return faults;
}

} // namespace

QList<DependencyFault> dependencyFaults(const QMap<QString, ProcessSpec> &processes)
{
    QList<DependencyFault> faults
        = unfitNames(processes) + circles(processes) + strategyConflicts(processes);
    std::ranges::stable_sort(faults, {}, &DependencyFault::process);
    return faults;
}

QList<QString> dependencyOrder(const QMap<QString, ProcessSpec> &processes)
{
    return Walk(processes).order();
}

} // namespace semper
