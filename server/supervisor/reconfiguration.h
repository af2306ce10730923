// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/reloading.h"

#include <QList>

namespace semper {

class Instances;
class ProcessTable;
class Restarts;
class Schedules;
class SupervisedProcess;

/// What a new configuration changes in the processes: foretells it, and does it. Supervision's
/// thread.
class Reconfiguration
{
public:
    /// All must outlive it.
    Reconfiguration(
        ProcessTable &table, Instances &instances, Restarts &restarts, Schedules &schedules)
        : m_table(table)
        , m_instances(instances)
        , m_restarts(restarts)
        , m_schedules(schedules)
    { }

    /// What apply() would do, and which instances takeUp() would restart.
    [[nodiscard]] ReloadReport foretell(const ConfigDifference &difference) const;

    /// Processes that are gone stop, dependants first, new ones start, and of the others those
    /// restart, one instance after the other, that must. What somebody stopped stays so, and so
    /// does a scale unless `instances` changed.
    void apply(const QList<ProcessChange> &changes);
    /// Restarts what a restart that was given up has left as it was; first those that it was given
    /// up for.
    void takeUp(const QList<LeftBehind> &left);

private:
    [[nodiscard]] ReloadEffect effectOf(const ProcessChange &change) const;
    /// Those of \a name that a restart that was given up has left as they were; first those that
    /// it was given up for.
    [[nodiscard]] QList<SupervisedProcess *> leftBehind(const QString &name) const;
    /// \a changes, those of dependencies before those of what waits for them.
    [[nodiscard]] QList<ProcessChange> dependenciesFirst(QList<ProcessChange> changes) const;
    void startAdded(const ProcessChange &change);
    void followChange(const ProcessChange &change, bool wasScheduled);
    void followSwitch(const ProcessChange &change);
    void restartWhatMust(const ProcessChange &change, QList<SupervisedProcess *> candidates);

    ProcessTable &m_table;
    Instances &m_instances;
    Restarts &m_restarts;
    Schedules &m_schedules;
};

} // namespace semper
