// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/event.h"

#include <QAbstractListModel>
#include <QPair>
#include <QSet>

#include <deque>

namespace semper::dashboard {

/// The newest events of one process, newest first, out of those of its whole server.
class EventModel : public QAbstractListModel
{
    Q_OBJECT
public:
    /// Events kept for all processes together, and shown of one.
    static constexpr size_t maximumEvents = 5000;
    static constexpr size_t maximumShown = 500;
    enum Role { TimeRole = Qt::UserRole + 1, TroubleRole };

    using QAbstractListModel::QAbstractListModel;

    /// What is known already (servers replay after a reconnection) is ignored.
    void add(const Event &event);
    void clear();
    void show(const ProcessId &process);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(
        const QModelIndex &index, int role = Qt::DisplayRole) const override;

private:
    using Key = QPair<qint64, QDateTime>; // ids start again where a server lost its state

    std::deque<Event> m_events; ///< oldest first
    QSet<Key> m_known; ///< of m_events
    std::deque<Event> m_shown; ///< newest first
    ProcessId m_process;
};

} // namespace semper::dashboard
