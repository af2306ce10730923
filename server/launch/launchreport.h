// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/program/childfault.h"

#include <QObject>
#include <QSocketNotifier>

namespace semper {

class DeathWatch;

/// What one child tells of its way to its program: a fault, or nothing, which means that the
/// program was executed. Supervision's thread. Source: the close-on-exec of a pipe's end,
/// execve(2).
class LaunchReport : public QObject
{
    Q_OBJECT
public:
    LaunchReport();
    ~LaunchReport() override;

    /// Returns the child's end, which is close-on-exec, or -1, and errno tells. \a watch must
    /// outlive it.
    [[nodiscard]] int open(DeathWatch &watch);
    /// The child has been forked and has its end, or there will be none.
    void closeChildsEnd();

    /// The child is still on its way, as far as was read.
    [[nodiscard]] bool isAwaited() const { return m_server >= 0; }
    [[nodiscard]] const ChildFault &fault() const { return m_fault; }
    /// Reads what has come by now. Does not block.
    void read();

Q_SIGNALS:
    void over(); ///< it is not awaited any more

private:
    int m_server = -1;
    int m_child = -1;
    QSocketNotifier m_ready;
    ChildFault m_fault;
};

} // namespace semper
