// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/processrow.h"

#include <QAbstractTableModel>
#include <QHash>
#include <QSet>

#include <array>
#include <vector>

namespace semper::dashboard {

/// The processes of one server. Values are written at once and announced later: flush() sends a
/// single dataChanged over the rows that changed since the last one, however many frames came.
class ProcessModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { State, Name, Trend, Cpu, Memory, Restarts, Uptime, Pid, NextStart, LastEvent };
    static constexpr int columns = LastEvent + 1;
    enum Role { SortRole = Qt::UserRole + 1, SeverityRole, IdRole };

    using QAbstractTableModel::QAbstractTableModel;

    /// All there is: what is not in \a processes is gone, what was known of the rest stays.
    void applySnapshot(const QList<ProcessStatus> &processes);
    void applyState(const ProcessStatus &process);
    void applyMetrics(const ProcessId &id, const QJsonObject &frame);
    void applyEvent(const Event &event);
    void setIntent(const ProcessId &id, const Intent &intent);
    void acceptIntent(const ProcessId &id);
    void setCommandProblem(const ProcessId &id, const QString &problem);

    /// Nothing comes from the server any more: uptimes stop counting, intents are forgotten.
    void setStale(bool stale);
    [[nodiscard]] bool isStale() const { return m_stale; }
    /// Holds CPU and memory as they are; states go on.
    void setPaused(bool paused) { m_paused = paused; }
    [[nodiscard]] bool isPaused() const { return m_paused; }
    /// Right edge of everything drawn over time, on the timeline: now, or the moment since when the
    /// data is stale or the display paused.
    [[nodiscard]] qint64 displayTime() const;
    void holdDisplayTime(bool hold);

    /// Announces what changed. Cheap when nothing did.
    void flush();
    /// Marks all that counts by itself (uptime, countdowns, intents) as changed.
    void tick();

    [[nodiscard]] const ProcessRow &row(int row) const { return m_rows[size_t(row)]; }
    [[nodiscard]] const ProcessRow *find(const ProcessId &id) const;
    [[nodiscard]] QModelIndex indexOf(const ProcessId &id) const;
    /// The name; with the instance where there is more than one.
    [[nodiscard]] QString displayName(const ProcessId &id) const;
    [[nodiscard]] std::array<int, allSeverities.size()> severityCounts() const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(
        const QModelIndex &index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    /// A process appeared, left, or moved to another severity.
    void severitiesChanged();

private:
    [[nodiscard]] ProcessRow::Clock::time_point now() const;
    [[nodiscard]] QString text(const ProcessRow &row, Column column) const;
    [[nodiscard]] QVariant sortValue(const ProcessRow &row, Column column) const;
    ProcessRow *change(const ProcessId &id);
    void insert(const QList<ProcessStatus> &processes);
    void removeMissing(const QList<ProcessStatus> &processes);
    void reindex();

    std::vector<ProcessRow> m_rows;
    QHash<ProcessId, int> m_index;
    QHash<QString, int> m_instances; ///< how many rows have this name
    int m_firstDirty = -1;
    int m_lastDirty = -1;
    bool m_stale = false;
    bool m_paused = false;
    ProcessRow::Clock::time_point m_staleSince;
    qint64 m_heldTime = 0; ///< 0: time runs
};

} // namespace semper::dashboard
