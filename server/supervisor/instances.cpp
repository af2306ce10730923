// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/instances.h"

#include "supervisor/orderlystop.h"
#include "supervisor/processtable.h"
#include "supervisor/schedules.h"

#include <algorithm>

using namespace std::chrono_literals;

namespace semper {

namespace {

// Each time every watcher gets all processes.
constexpr auto tellingInterval = 50ms;

} // namespace

Instances::Instances(ProcessTable &table, Schedules &schedules, OrderlyStop &orderlyStop)
    : m_table(table)
    , m_schedules(schedules)
    , m_orderlyStop(orderlyStop)
{
    m_tell.setSingleShot(true);
    m_tell.setInterval(tellingInterval);
    connect(&m_tell, &QTimer::timeout, this, &Instances::changed);
}

void Instances::scale(const QString &name, int count)
{
    resize(name, count, m_table.descriptions().at(name).spec->enabled);
    Q_EMIT changed();
}

void Instances::resize(const QString &name, int count, bool startNewOnes)
{
    for (int instance = 0; instance < count; ++instance) {
        SupervisedProcess *process = m_table.find(name, instance);
        if (process && !m_retired.remove(process))
            continue;
        if (!process)
            m_table.add(name, instance);
        if (startNewOnes)
            m_schedules.begin(m_table.find(name, instance));
    }
    for (int instance = count; SupervisedProcess *process = m_table.find(name, instance);
         ++instance) {
        m_retired.insert(process);
        process->handle(happening::Stop{});
        removeRetired(process);
    }
}

void Instances::retire(const QString &name)
{
    m_table.forget(name);
    for (SupervisedProcess *process : m_table.instancesOf(name)) {
        m_retired.insert(process);
        removeRetired(process);
    }
}

void Instances::stopRetired()
{
    const QSet<SupervisedProcess *> retired = m_retired; // one that is down leaves it
    for (SupervisedProcess *process : retired) {
        if (!m_retired.contains(process) || process->state().wanted() == Wanted::Down)
            continue;
        const QList<SupervisedProcess *> dependants = m_table.companions().dependantsOf(*process);
        if (std::ranges::any_of(dependants,
                [this](SupervisedProcess *it) { return m_retired.contains(it) && !it->isDown(); }))
            continue;
        process->handle(happening::Stop{});
    }
}

void Instances::follow(SupervisedProcess *process)
{
    removeRetired(process);
    stopRetired();
}

bool Instances::stays(SupervisedProcess *process) const
{
    return m_table.contains(process) && !m_retired.contains(process);
}

void Instances::removeRetired(SupervisedProcess *process)
{
    if (!m_retired.contains(process) || !process->isDown())
        return;
    m_retired.remove(process);
    m_orderlyStop.forget(process);
    m_schedules.forget(process);
    const Companions &companions = m_table.companions();
    const QList<SupervisedProcess *> concerned
        = companions.dependantsOf(*process) + companions.heldBy(*process);
    m_table.remove(process);
    for (SupervisedProcess *other : concerned)
        other->blockerChanged(); // it waits for one less
    if (!m_tell.isActive())
        m_tell.start();
}

} // namespace semper
