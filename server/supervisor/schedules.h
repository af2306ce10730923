// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "schedule/scheduleclock.h"
#include "schedule/schedulememory.h"

#include <QMap>
#include <QObject>

#include <optional>

namespace semper {

class Journal;
class SupervisedProcess;

/// The schedules of a server's processes: tells these when they are due, and the journal what was
/// missed. Owns no process. Supervision's thread.
class Schedules : public QObject
{
    Q_OBJECT
public:
    /// Both have to outlive it.
    Schedules(WallClock &clock, Journal &journal, QObject *parent = nullptr);

    /// Remembers in \a stateDirectory until when \a schedules, by name, were looked after, for the
    /// next server's sake, and takes up what the last one left there. Not needed: then nothing is
    /// known of what was missed between servers. Nothing, or why it cannot. Blocks.
    [[nodiscard]] std::optional<QString> remember(
        const QString &stateDirectory, const QMap<QString, ScheduleSpec> &schedules);
    /// Tells the runs of \a process that were missed while no server ran.
    void tellMissed(const SupervisedProcess &process);

    /// \a process is wanted from now on: launched at once, or when it is due if it has a schedule.
    void begin(SupervisedProcess *process);
    /// A stop suspends the schedule of \a process, if it has one, and a start takes it up again.
    void suspendOrResume(SupervisedProcess *process);
    /// The schedule of \a process is another one, is new, or is gone. A run that is under way ends
    /// as it would have.
    void replace(SupervisedProcess *process, bool wasScheduled);
    void forget(const SupervisedProcess *process) { m_clock.leave(process); }
    /// All of them end now; what comes later is missed.
    void end();
    /// Invalid without a schedule, while it is suspended, and for one that never comes.
    [[nodiscard]] QDateTime next(const SupervisedProcess &process) const;

Q_SIGNALS:
    void clockLeapt(); ///< after what follows from it for the schedules

private:
    void follow(SupervisedProcess *process);
    void recordMissed(
        const SupervisedProcess &process, const MissedRuns &missed, const QString &reason);

    WallClock &m_wall;
    Journal &m_journal;
    ScheduleClock m_clock;
    ScheduleMemory m_memory;
};

} // namespace semper
