// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSet>
#include <QString>
#include <QTimer>

namespace semper {

class OrderlyStop;
class ProcessTable;
class Schedules;
class SupervisedProcess;

/// How many instances each process has: adds those that are missing, and retires those that are
/// to go, which leave the table once they have stopped. Supervision's thread.
class Instances : public QObject
{
    Q_OBJECT
public:
    /// All three must outlive it.
    Instances(ProcessTable &table, Schedules &schedules, OrderlyStop &orderlyStop);

    /// Has \a name be \a count instances; those that are new start where \a name is enabled.
    void scale(const QString &name, int count);
    /// The same as part of a larger change: changed() is not emitted for what is added.
    void resize(const QString &name, int count, bool startNewOnes);
    /// \a name is no longer described. Its instances stop with stopRetired().
    void retire(const QString &name);
    /// Asks those that are retired to stop, but for those that others of them depend on, which
    /// follow.
    void stopRetired();
    /// \a process is in another state: it may leave now, and others may stop.
    void follow(SupervisedProcess *process);
    /// It is there, and not about to go.
    [[nodiscard]] bool stays(SupervisedProcess *process) const;

Q_SIGNALS:
    void changed(); ///< some were added or are gone; of many that go, once

private:
    void removeRetired(SupervisedProcess *process);

    ProcessTable &m_table;
    Schedules &m_schedules;
    OrderlyStop &m_orderlyStop;
    QSet<SupervisedProcess *> m_retired;
    QTimer m_tell;
};

} // namespace semper
