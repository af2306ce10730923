// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/standbys.h"

#include "supervisor/supervisedprocess.h"

#include <algorithm>
#include <utility>

namespace semper {

namespace {

StandbyPool::Need needOf(const QList<SupervisedProcess *> &instances)
{
    using Need = StandbyPool::Need;
    Need need = Need::None;
    for (const SupervisedProcess *process : instances) {
        if (process->state().phase() == ProcessPhase::Running)
            return Need::Filled;
        if (process->state().wanted() == Wanted::Up && !process->isDown())
            need = Need::Kept;
    }
    return need;
}

} // namespace

Standbys::Standbys(const SupervisorEdges &edges, QObject *parent)
    : QObject(parent)
    , m_edges(edges)
{ }

Standbys::~Standbys() = default;

void Standbys::set(const QString &process, const ProcessSpec &spec)
{
    if (const auto old = m_pools.extract(process))
        retire(std::move(old.mapped()));
    if (spec.standby <= 0 || spec.isCommand())
        return;
    auto pool = std::make_unique<StandbyPool>(process, spec, m_edges);
    connect(pool.get(), &StandbyPool::changed, this, [this, process] { Q_EMIT changed(process); });
    m_pools.emplace(process, std::move(pool));
}

void Standbys::retire(std::unique_ptr<StandbyPool> pool)
{
    std::erase_if(m_retired, [](const auto &old) { return old->isEmpty(); });
    pool->setNeed(StandbyPool::Need::None);
    m_retired.push_back(std::move(pool));
}

void Standbys::follow(const QString &process, const QList<SupervisedProcess *> &instances)
{
    const auto it = m_pools.find(process);
    if (it != m_pools.end() && !m_ending)
        it->second->setNeed(needOf(instances));
}

void Standbys::endAll()
{
    m_ending = true;
    for (const auto &[process, pool] : m_pools)
        pool->setNeed(StandbyPool::Need::None);
}

bool Standbys::isEmpty() const
{
    const auto isEmpty = [](const auto &pool) { return pool->isEmpty(); };
    return std::ranges::all_of(m_retired, isEmpty)
        && std::ranges::all_of(m_pools, [&](const auto &entry) { return isEmpty(entry.second); });
}

int Standbys::waiting(const QString &process) const
{
    const auto it = m_pools.find(process);
    return it == m_pools.end() ? 0 : it->second->waiting();
}

std::optional<StandbyLaunch> Standbys::take(const QString &process)
{
    const auto it = m_pools.find(process);
    return it == m_pools.end() ? std::nullopt : it->second->take();
}

StandbyHost *Standbys::find(const QString &process, const QByteArray &token) const
{
    const auto it = m_pools.find(process);
    return it == m_pools.end() ? nullptr : it->second->find(token);
}

} // namespace semper
