// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/patienttimer.h"
#include "protocol/cause.h"

#include <QObject>

#include <chrono>

namespace semper {

class OrderlyStop;
class ProcessTable;
class Schedules;
class Standbys;

/// The end of everything: asks all processes to stop, kills them when the time is over, and tells
/// when nothing is alive any more. Supervision's thread.
class Shutdown : public QObject
{
    Q_OBJECT
public:
    /// All must outlive it.
    Shutdown(const ProcessTable &table, Schedules &schedules, Standbys &standbys,
        OrderlyStop &orderlyStop);

    /// All at once, but for those that others depend on, which follow these; stopped() follows.
    /// What is left after \a limit is killed.
    void begin(std::chrono::milliseconds limit);
    /// Kills everything that is alive, whether or not it has begun.
    void killAll();
    /// Something may be over.
    void follow();
    [[nodiscard]] bool hasBegun() const { return m_hasBegun; }
    /// What processes are told that it stops, or keeps from being launched.
    [[nodiscard]] static Cause why();

Q_SIGNALS:
    void stopped(); ///< nothing is alive any more, or what is cannot be killed

private:
    void finish();

    const ProcessTable &m_table;
    Schedules &m_schedules;
    Standbys &m_standbys;
    OrderlyStop &m_orderlyStop;
    PatientTimer m_limit;
    bool m_hasBegun = false;
    bool m_isOver = false;
};

} // namespace semper
