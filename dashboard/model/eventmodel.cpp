// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/eventmodel.h"

#include "model/format.h"

namespace semper::dashboard {

void EventModel::add(const Event &event)
{
    const Key key(event.id, event.at);
    if (m_known.contains(key))
        return;
    if (m_events.size() >= maximumEvents) {
        m_known.remove({m_events.front().id, m_events.front().at});
        m_events.pop_front();
    }
    m_events.push_back(event);
    m_known.insert(key);
    if (event.process != m_process)
        return;
    if (m_shown.size() >= maximumShown) {
        beginRemoveRows({}, rowCount() - 1, rowCount() - 1);
        m_shown.pop_back();
        endRemoveRows();
    }
    beginInsertRows({}, 0, 0);
    m_shown.push_front(event);
    endInsertRows();
}

void EventModel::clear()
{
    beginResetModel();
    m_events.clear();
    m_known.clear();
    m_shown.clear();
    endResetModel();
}

void EventModel::show(const ProcessId &process)
{
    beginResetModel();
    m_process = process;
    m_shown.clear();
    for (auto it = m_events.rbegin(); it != m_events.rend() && m_shown.size() < maximumShown;
         ++it) {
        if (it->process == process)
            m_shown.push_back(*it);
    }
    endResetModel();
}

int EventModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_shown.size());
}

QVariant EventModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Event &event = m_shown[size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return event.describe();
    case Qt::ToolTipRole:
        return format::toolTip(event.describe());
    case TimeRole:
        return format::clock(event.at);
    case TroubleRole:
        return event.isTrouble();
    case Qt::AccessibleTextRole:
        return tr("%1 %2").arg(format::clock(event.at), event.describe());
    default:
        return {};
    }
}

} // namespace semper::dashboard
