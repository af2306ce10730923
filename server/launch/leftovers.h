// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launchgroup.h"
#include "launch/orphankeeper.h"
#include "os/sweepresult.h"
#include "protocol/growingdelay.h"

#include <QByteArray>
#include <QList>
#include <QObject>
#include <QSet>
#include <QString>
#include <QTimer>

#include <chrono>
#include <csignal>
#include <functional>

#include <sys/types.h>

namespace semper {

/// What had to be ended of a launch that was over. What ended by itself in time is not counted.
struct LeftoverReport
{
    QList<SweptProcess> found; ///< the first 16
    int count = 0;
    int killed = 0; ///< how many of them did not end when they were asked
    QString advice = {}; ///< how that could be avoided

    /// "redis-server (pid 4711), sh (pid 4712)".
    [[nodiscard]] QString names() const;
    [[nodiscard]] QString text() const; ///< one line, for people
};

/// What is left of one launch whose leader has ended: its control group, its session, and whatever
/// carries its mark. Asks all of it to end, and kills it when it is told to. Lives until nothing is
/// left, also when nobody waits for that any more, and then deletes itself. Supervision's thread.
class Leftovers : public QObject
{
    Q_OBJECT
public:
    /// One that belonged to the launch while its leader lived, in a session of its own.
    struct Kin
    {
        pid_t pid = 0;
        qint64 startTicks = 0; ///< by which another of the same number is told apart
    };
    /// Those among the descendants of \a leader, the first 500 of them: what has neither its
    /// session nor its mark is known by nothing else once \a leader is dead.
    [[nodiscard]] static QList<Kin> kinOf(pid_t leader);

    struct DeadLaunch
    {
        pid_t session = 0; ///< 0: nothing was executed
        QByteArray mark; ///< "NAME=value"
        int signal = SIGTERM; ///< that asks to end
        bool groupTold = false; ///< the launch's process group has had that signal, or SIGKILL
        QList<Kin> kin = {};
    };

    Leftovers(OrphanKeeper &keeper, DeadLaunch launch, LaunchGroup group);

    /// Nothing that could be asked is left of it: kills the rest. Calls \a done as gone() comes.
    static void killAll(OrphanKeeper &keeper, DeadLaunch launch, LaunchGroup group,
        const std::function<void()> &done = {});

    /// Each process is asked once. gone() comes from inside this call where nothing is left, which
    /// is the usual case.
    void begin() { look(); }
    /// Their time is over.
    void kill();
    void setAdvice(const QString &advice) { m_report.advice = advice; }
    [[nodiscard]] const LeftoverReport &report() const { return m_report; }
    /// One of them is frozen with its control group, and cannot end.
    [[nodiscard]] bool isPaused() const;

Q_SIGNALS:
    /// Nothing is left but, 5 s after kill(), what cannot be killed.
    void gone(const semper::LeftoverReport &report);

private:
    [[nodiscard]] OrphanKeeper::Found living() const;
    void look();
    void ask(pid_t pid);
    void kill(pid_t pid);
    void count(pid_t pid);
    void finish();

    OrphanKeeper &m_keeper;
    const DeadLaunch m_launch;
    LaunchGroup m_group;
    LeftoverReport m_report;
    QSet<pid_t> m_seen;
    QSet<pid_t> m_counted;
    QSet<pid_t> m_killed;
    bool m_groupAsked = false;
    bool m_isKilling = false;
    bool m_isOver = false;
    std::chrono::milliseconds m_waited{0}; ///< since kill(), but for what paused the server
    GrowingDelay m_pause{std::chrono::milliseconds(1), std::chrono::milliseconds(50)};
    QTimer m_again;
};

} // namespace semper
