// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/processtable.h"

#include "os/descriptorlimit.h"
#include "supervisor/standbys.h"
#include "supervisor/supervisoredges.h"

#include <algorithm>

namespace semper {

ProcessTable::ProcessTable(
    const SupervisorEdges &edges, std::function<void(SupervisedProcess *)> added)
    : m_edges(edges)
    , m_added(std::move(added))
{ }

ProcessTable::~ProcessTable() = default;

void ProcessTable::describe(const QString &service, const QString &name, const ProcessSpec &spec)
{
    auto shared = std::make_shared<ProcessSpec>(spec);
    if (spec.schedule && spec.restart.policy == RestartPolicy::Always)
        shared->restart.policy = RestartPolicy::Never;
    m_edges.standbys.set(name, *shared);
    m_descriptions[name] = {service, shared};
    for (SupervisedProcess *process : instancesOf(name)) {
        m_companions.remove(process);
        process->reconfigure(service, shared);
        if (contains(process)) // it may have gone by that
            m_companions.add(process);
    }
}

void ProcessTable::forget(const QString &name)
{
    m_edges.standbys.set(name, {});
    m_descriptions.erase(name);
}

void ProcessTable::add(const QString &name, int instance)
{
    const auto &[service, spec] = m_descriptions.at(name);
    auto process = std::make_unique<SupervisedProcess>(name, instance, service, spec, m_edges);
    SupervisedProcess *it = process.get();
    m_companions.add(it);
    m_processes.insert_or_assign({name, instance}, std::move(process));
    reserveDescriptors(qsizetype(m_processes.size()));
    m_added(it);
}

void ProcessTable::remove(SupervisedProcess *process)
{
    m_companions.remove(process);
    const auto it = m_processes.find({process->name(), process->instance()});
    it->second.release()->deleteLater();
    m_processes.erase(it);
}

QStringList ProcessTable::names() const
{
    QStringList names;
    for (const auto &[name, description] : m_descriptions)
        names.append(name);
    return names;
}

QMap<QString, ProcessSpec> ProcessTable::specs() const
{
    QMap<QString, ProcessSpec> specs;
    for (const auto &[name, description] : m_descriptions)
        specs.insert(name, *description.spec);
    return specs;
}

SupervisedProcess *ProcessTable::find(const QString &name, int instance) const
{
    const auto it = m_processes.find({name, instance});
    return it == m_processes.end() ? nullptr : it->second.get();
}

QList<SupervisedProcess *> ProcessTable::all() const
{
    QList<SupervisedProcess *> list;
    for (const auto &[key, process] : m_processes)
        list.append(process.get());
    return list;
}

bool ProcessTable::areAll(const std::function<bool(const SupervisedProcess &)> &holds) const
{
    return std::ranges::all_of(
        m_processes, [&holds](const auto &entry) { return holds(*entry.second); });
}

QList<SupervisedProcess *> ProcessTable::instancesOf(const QString &name) const
{
    QList<SupervisedProcess *> instances;
    for (auto it = m_processes.lower_bound({name, 0});
         it != m_processes.end() && it->first.first == name; ++it)
        instances.append(it->second.get());
    return instances;
}

} // namespace semper
