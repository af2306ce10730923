// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/processmodel.h"

#include "model/format.h"
#include "model/timeline.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

void ProcessModel::applySnapshot(const QList<ProcessStatus> &processes)
{
    removeMissing(processes);
    QList<ProcessStatus> fresh;
    for (const ProcessStatus &process : processes) {
        if (ProcessRow *known = change({process.name, process.instance}))
            known->setStatus(process);
        else
            fresh.append(process);
    }
    insert(fresh);
    flush();
    Q_EMIT severitiesChanged();
}

void ProcessModel::applyState(const ProcessStatus &process)
{
    ProcessRow *known = change({process.name, process.instance});
    if (known == nullptr) {
        insert({process});
        Q_EMIT severitiesChanged();
        return;
    }
    const Severity before = known->severity();
    known->setStatus(process);
    if (known->severity() != before)
        Q_EMIT severitiesChanged();
}

void ProcessModel::applyMetrics(const ProcessId &id, const QJsonObject &frame)
{
    if (ProcessRow *known = change(id))
        known->applyMetrics(frame, !m_paused);
}

void ProcessModel::applyEvent(const Event &event)
{
    ProcessRow *known = change(event.process);
    if (known == nullptr)
        return;
    known->applyEvent(event);
}

void ProcessModel::setIntent(const ProcessId &id, const Intent &intent)
{
    if (ProcessRow *known = change(id))
        known->setIntent(intent);
}

void ProcessModel::acceptIntent(const ProcessId &id)
{
    if (ProcessRow *known = change(id))
        known->acceptIntent();
}

void ProcessModel::setCommandProblem(const ProcessId &id, const QString &problem)
{
    if (ProcessRow *known = change(id))
        known->setCommandProblem(problem);
}

void ProcessModel::setStale(bool stale)
{
    if (m_stale == stale)
        return;
    m_stale = stale;
    m_staleSince = ProcessRow::Clock::now();
    if (stale) {
        for (ProcessRow &row : m_rows)
            row.interrupt();
    }
    holdDisplayTime(stale || m_paused);
    tick();
    flush();
}

qint64 ProcessModel::displayTime() const
{
    return m_heldTime != 0 ? m_heldTime : timeline::now();
}

void ProcessModel::holdDisplayTime(bool hold)
{
    if (!hold)
        m_heldTime = 0;
    else if (m_heldTime == 0)
        m_heldTime = timeline::now();
}

void ProcessModel::flush()
{
    if (m_firstDirty < 0)
        return;
    const int first = std::exchange(m_firstDirty, -1);
    const int last = std::min(std::exchange(m_lastDirty, -1), rowCount() - 1);
    if (first <= last)
        Q_EMIT dataChanged(index(first, 0), index(last, columns - 1));
}

void ProcessModel::tick()
{
    if (m_rows.empty())
        return;
    m_firstDirty = 0;
    m_lastDirty = rowCount() - 1;
}

const ProcessRow *ProcessModel::find(const ProcessId &id) const
{
    const auto it = m_index.constFind(id);
    return it == m_index.cend() ? nullptr : &m_rows[size_t(*it)];
}

QModelIndex ProcessModel::indexOf(const ProcessId &id) const
{
    const auto it = m_index.constFind(id);
    return it == m_index.cend() ? QModelIndex() : index(*it, 0);
}

QString ProcessModel::displayName(const ProcessId &id) const
{
    return m_instances.value(id.name) > 1 || id.instance != 0 ? id.selector() : id.name;
}

std::array<int, allSeverities.size()> ProcessModel::severityCounts() const
{
    std::array<int, allSeverities.size()> counts{};
    for (const ProcessRow &row : m_rows)
        ++counts[size_t(row.severity())];
    return counts;
}

int ProcessModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int ProcessModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : columns;
}

ProcessRow *ProcessModel::change(const ProcessId &id)
{
    const auto it = m_index.constFind(id);
    if (it == m_index.cend())
        return nullptr;
    m_firstDirty = m_firstDirty < 0 ? *it : std::min(m_firstDirty, *it);
    m_lastDirty = std::max(m_lastDirty, *it);
    return &m_rows[size_t(*it)];
}

void ProcessModel::insert(const QList<ProcessStatus> &processes)
{
    if (processes.isEmpty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + int(processes.size()) - 1);
    for (const ProcessStatus &process : processes)
        m_rows.emplace_back(process);
    reindex();
    endInsertRows();
}

void ProcessModel::removeMissing(const QList<ProcessStatus> &processes)
{
    QSet<ProcessId> present;
    for (const ProcessStatus &process : processes)
        present.insert({process.name, process.instance});
    for (int row = rowCount() - 1; row >= 0; --row) {
        if (present.contains(m_rows[size_t(row)].id()))
            continue;
        flush(); // dirty rows are known by number
        beginRemoveRows({}, row, row);
        m_rows.erase(m_rows.begin() + row);
        reindex();
        endRemoveRows();
    }
}

void ProcessModel::reindex()
{
    m_index.clear();
    m_instances.clear();
    for (int row = 0; row < rowCount(); ++row) {
        const ProcessId &id = m_rows[size_t(row)].id();
        m_index.insert(id, row);
        ++m_instances[id.name];
    }
}

ProcessRow::Clock::time_point ProcessModel::now() const
{
    return m_stale ? m_staleSince : ProcessRow::Clock::now();
}

} // namespace semper::dashboard
