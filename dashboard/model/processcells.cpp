// SPDX-License-Identifier: GPL-3.0-or-later
// What the cells of the table of processes say, and how they compare.
#include "model/format.h"
#include "model/processmodel.h"

using namespace Qt::StringLiterals;

namespace semper::dashboard {

QVariant ProcessModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ProcessRow &row = m_rows[size_t(index.row())];
    const auto column = Column(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, column);
    case Qt::ToolTipRole:
        if (column == State) // why it is so, for which the pane below may have no room
            return format::toolTip(row.status().explain());
        return column == LastEvent || column == Name ? format::toolTip(text(row, column))
                                                     : QVariant();
    case Qt::AccessibleTextRole:
        return m_stale ? tr("%1 (not up to date)").arg(text(row, column)) : text(row, column);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter
            | (column >= Cpu && column <= NextStart ? Qt::AlignRight : Qt::AlignLeft));
    case SortRole:
        return sortValue(row, column);
    case SeverityRole:
        return int(row.severity());
    case IdRole:
        return QVariant::fromValue(row.id());
    default:
        return {};
    }
}

QVariant ProcessModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    const auto column = Column(section);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter
            | (column >= Cpu && column <= NextStart ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole)
        return {};
    switch (column) {
    case State:
        return tr("State");
    case Name:
        return tr("Process");
    case Trend:
        return tr("CPU, 60 s");
    case Cpu:
        return tr("CPU");
    case Memory:
        return tr("Memory");
    case Restarts:
        return tr("Restarts");
    case Uptime:
        return tr("Uptime");
    case Pid:
        return tr("PID");
    case NextStart:
        return tr("Next start");
    case LastEvent:
        return tr("Last event");
    }
    Q_UNREACHABLE();
}

QString ProcessModel::text(const ProcessRow &row, Column column) const
{
    switch (column) {
    case State:
        return row.stateText(now());
    case Name:
        return displayName(row.id());
    case Trend:
        return {};
    case Cpu:
        return row.isAlive() ? format::percent(row.status().cpuRatio) : format::nothing();
    case Memory:
        return row.isAlive() && row.status().memoryBytes > 0
            ? format::bytes(double(row.status().memoryBytes))
            : format::nothing();
    case Restarts:
        return QLocale().toString(row.status().restarts);
    case Uptime: {
        const auto uptime = row.uptime(now());
        return uptime ? format::duration(*uptime) : format::nothing();
    }
    case Pid:
        return row.status().pid ? QString::number(*row.status().pid) : format::nothing();
    case NextStart: {
        const auto left = row.nextStartIn();
        if (!left)
            return format::nothing();
        if (m_stale)
            return format::clock(row.status().nextStartAt);
        return row.isClearing() ? tr("clearing up") : format::countdown(*left);
    }
    case LastEvent:
        return row.commandProblem().isEmpty() ? row.lastEventText() : row.commandProblem();
    }
    Q_UNREACHABLE();
}

QVariant ProcessModel::sortValue(const ProcessRow &row, Column column) const
{
    switch (column) {
    case State:
        return int(row.severity());
    case Name:
        return row.id().name;
    case Trend:
    case Cpu:
        return row.isAlive() ? row.status().cpuRatio : -1.0;
    case Memory:
        return row.isAlive() ? row.status().memoryBytes : qint64(-1);
    case Restarts:
        return row.status().restarts;
    case Uptime:
        return qint64(row.uptime(now()).value_or(std::chrono::milliseconds(-1)).count());
    case Pid:
        return row.status().pid.value_or(-1);
    case NextStart:
        return row.status().nextStartAt;
    case LastEvent:
        return row.lastEventAt();
    }
    Q_UNREACHABLE();
}

} // namespace semper::dashboard
