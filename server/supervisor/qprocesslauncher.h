// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisor/deathwatch.h"
#include "supervisor/faultslots.h"
#include "supervisor/launcher.h"
#include "supervisor/strandedpipe.h"

#include <QProcess>
#include <QSet>

#include <deque>

namespace semper {

class QProcessLauncher;

/// A launch through QProcess. Main thread only: the child is bound to the life of the thread
/// that forked it (PR_SET_PDEATHSIG, prctl(2)).
class QProcessLaunch : public Launch
{
    Q_OBJECT
public:
    explicit QProcessLaunch(QProcessLauncher &launcher);
    ~QProcessLaunch() override;

    void start(LaunchPlanner planner) override;
    [[nodiscard]] qint64 pid() const override { return m_process->processId(); }
    void signal(int number, StopScope scope) override;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    friend class QProcessLauncher;
    void execute();
    void execute(LaunchRequest request);
    void finished(int code, QProcess::ExitStatus status);
    void errorOccurred(QProcess::ProcessError error);
    void leaveQueue();
    void forgetPid();

    QProcessLauncher &m_launcher;
    std::unique_ptr<QProcess> m_process;
    LaunchPlanner m_planner; ///< null once its turn has come
    ChildFault *m_faultSlot = nullptr; ///< while in flight
    ChildFault m_fault;
    qint64 m_pid = 0;
    bool m_inFlight = false;
    bool m_hasFailed = false;
    StrandedPipe m_strandedPipe;
    bool m_coreDumped = false;
};

/// Lets at most 32 launches be between fork and exec at once: each needs five descriptors there.
class SEMPER_SERVER_EXPORT QProcessLauncher : public Launcher
{
public:
    QProcessLauncher();
    ~QProcessLauncher() override;
    [[nodiscard]] std::unique_ptr<Launch> create() override;
    [[nodiscard]] bool owns(qint64 pid) const override { return m_pids.contains(pid); }

private:
    friend class QProcessLaunch;
    void enter(QProcessLaunch *launch);
    void leave(QProcessLaunch *launch);

    DeathWatch m_deaths;
    FaultSlots m_faults;
    std::deque<QProcessLaunch *> m_waiting;
    QSet<qint64> m_pids;
    int m_inFlight = 0;
};

} // namespace semper
