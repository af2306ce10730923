// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/deathwatch.h"
#include "launch/launcher.h"
#include "launch/launchprogram.h"
#include "launch/launchreport.h"

#include <QProcess>
#include <QSet>

#include <deque>

namespace semper {

class QProcessLauncher;

/// A launch through QProcess, which forks, and semper-launch, which the child becomes first: it
/// makes of itself what the launch asks for, and becomes the program. Supervision's thread only:
/// the child is bound to the life of the thread that forked it (PR_SET_PDEATHSIG, prctl(2)).
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
    void execute(const LaunchRequest &request);
    void postpone(LaunchPlanner planner, const PlanLater &later);
    void fail(const LaunchFailure &failure);
    void begin();
    void reported();
    void finished(int code, QProcess::ExitStatus status);
    void errorOccurred(QProcess::ProcessError error);
    void leaveQueue();
    void forgetPid();

    QProcessLauncher &m_launcher;
    std::unique_ptr<QProcess> m_process;
    LaunchPlanner m_planner; ///< null once its turn has come
    LaunchReport m_report;
    QString m_program;
    QString m_searchPath;
    qint64 m_pid = 0;
    bool m_inFlight = false;
    bool m_isForked = false; ///< semper-launch runs, or ran
    bool m_hasBegun = false;
    bool m_hasFailed = false;
    bool m_endedBefore = false; ///< before the program was executed, and told of no fault
    bool m_signalledBefore = false; ///< likewise, as far as its report was read
    int m_missed = 0; ///< a signal that came before its process group; 0: none
    bool m_coreDumped = false;
};

/// Lets at most 32 launches be between fork and the exec of semper-launch at once: each needs six
/// descriptors there. Those that wait for a file system after that hold up nobody.
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

    LaunchProgram m_program;
    int m_ownProgram;
    DeathWatch m_deaths;
    std::deque<QProcessLaunch *> m_waiting;
    QSet<qint64> m_pids;
    int m_inFlight = 0;
};

} // namespace semper
