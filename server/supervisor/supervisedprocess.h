// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "health/heartbeatwatch.h"
#include "health/limitwatch.h"
#include "health/livenesswatch.h"
#include "health/readiness.h"
#include "health/stallwatch.h"
#include "launch/launchedges.h"
#include "launch/launchends.h"
#include "launch/launchgroup.h"
#include "launch/launchplan.h"
#include "launch/launchvitals.h"
#include "launch/leftovers.h"
#include "os/patienttimer.h"
#include "supervision/processmachine.h"

#include <semper/semper_server_export.h>

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace semper {

class CgroupTree;
class OrphanKeeper;
class OutputCollector;
class Standbys;
class SupervisedProcess;
class WallClock;

/// What all supervised processes of a server share.
struct SupervisorEdges : LaunchEdges
{
    WallClock &clock;
    /// Why a process must not be launched now; nothing: it may.
    std::function<std::optional<Cause>(const SupervisedProcess &)> blocker = {};
    /// When its schedule is due next; invalid without one.
    std::function<QDateTime(const SupervisedProcess &)> nextRun = {};
    Standbys *standbys = nullptr;
};

/// One instance of a process: its machine, its launch, and what it told of itself. Turns what
/// Qt reports into happenings and performs the machine's actions. Supervision's thread.
class SEMPER_SERVER_EXPORT SupervisedProcess : public QObject
{
    Q_OBJECT
public:
    SupervisedProcess(QString name, int instance, QString service, SharedSpec spec,
        const SupervisorEdges &edges, QObject *parent = nullptr);
    ~SupervisedProcess() override;

    [[nodiscard]] QString name() const { return m_identity.process; }
    [[nodiscard]] int instance() const { return m_identity.instance; }
    [[nodiscard]] QString service() const { return m_service; }
    [[nodiscard]] const ProcessSpec &spec() const { return *m_spec; }
    [[nodiscard]] const MachineState &state() const { return m_state; }
    /// Nothing of it runs, and nothing will by itself.
    [[nodiscard]] bool isDown() const;
    /// 0 while no launch is alive.
    [[nodiscard]] qint64 pid() const;
    /// As pid(), but stays that of a launch which ended until the next one begins.
    [[nodiscard]] qint64 launchPid() const { return pid() > 0 ? pid() : m_session; }
    [[nodiscard]] ProcessStatus status() const;
    /// In backoff, and between the runs of a schedule; invalid otherwise.
    [[nodiscard]] QDateTime nextStartAt() const;

    /// The only way to change the state. May be called from inside an action's effect: what
    /// happens then waits for its turn.
    void handle(const Happening &happening);

    /// The clock on the wall was set: what was told by it before is no longer true.
    void wallClockLeapt();

    /// Reads CPU and memory of the launch; a share of CPU is that since the last call.
    void sample();
    /// The newest "metrics" frame: what the process said of itself; without any, empty.
    [[nodiscard]] QJsonObject metricsFrame() const;
    /// The newest "sample" frame: what the server measured.
    [[nodiscard]] QJsonObject sampleFrame() const;

    /// What its launches are like from the next one on; the one that runs takes over at once what
    /// it can (SpecDifference::live).
    void reconfigure(const QString &service, const SharedSpec &spec);

    /// A launch that runs is of an older description.
    [[nodiscard]] bool isOutdated() const { return m_isOutdated; }
    /// The launch that runs could not be as \a spec says, or none runs.
    [[nodiscard]] bool needsRestartFor(const QString &service, const ProcessSpec &spec) const;

    /// To the launch that is alive, by the scope of its stop; nothing where none is.
    void signal(int number);

    // What the launch tells over the hub, which has checked that it is the launch who tells.
    [[nodiscard]] bool tokenMatches(const QByteArray &token) const;
    /// What every descendant of the launch has in its environment: "NAME=value", no secret.
    [[nodiscard]] QByteArray mark() const { return m_identity.mark(); }
    [[nodiscard]] HeartbeatWatch &heartbeat() { return m_heartbeat; }
    /// Its own word; where a probe looks, that word counts only once the probe has succeeded.
    void reportReady(bool ready)
    {
        if (!ready || !m_readiness.isProbed())
            handle(happening::ReadyChanged{ready});
    }
    /// Its own word, too: what has to be over by some time may take at least \a time from now on.
    void extendTimeout(std::chrono::milliseconds time);
    /// It got something done.
    void worked()
    {
        if (m_stallWatch)
            m_stallWatch->worked();
    }
    void setStatusText(const QString &text);
    void setTitle(const QString &title);
    void setMetrics(const QJsonObject &frame);

Q_SIGNALS:
    /// Something of the process object changed.
    void changed();
    /// Something changed that others may wait for, or go by; after changed().
    void moved();
    /// It does not hold up the launches of its group any more, which it did; after moved().
    void groupFreed();
    /// For the journal and the log: \a status is that of right after the step. Told once
    /// everything was done about the step, so that no telling delays a restart.
    void recorded(semper::RecordType type, const semper::ProcessStatus &status);
    void metricsReceived();
    /// The launch has ended; nothing was made of it yet.
    void ending();
    /// It died or could not be launched, unasked, and is to be launched again, but was not yet.
    void willRestart(const semper::Cause &why);
    /// What a launch had left behind was ended.
    void leftBehind(const semper::LeftoverReport &report);
    /// The average use of CPU passed its limit (\a high), or fell again.
    void cpuCrossed(bool high, double average);
    /// A host that waited is the launch now, and can be told to begin.
    void standbyTaken();
    /// The launch is to be asked over the hub to end within \a limit.
    void stopRequested(std::chrono::milliseconds limit);

private:
    [[nodiscard]] Moment now() const;
    [[nodiscard]] QJsonObject measuredFrame(
        QLatin1StringView type, const Moment &at, QJsonObject fields) const;
    [[nodiscard]] std::chrono::milliseconds uptime() const; ///< 0 while no launch is alive
    void proceed();
    [[nodiscard]] std::optional<Cause> blockerNow() const;
    [[nodiscard]] std::optional<Cause> causeNow() const;
    void noteNextStart();
    void awaitNextCondition();
    void perform(const Action &action);
    void requestStop();
    void arm(std::chrono::milliseconds delay);
    [[nodiscard]] bool isPaused() const;
    void tellRecords();
    void launch();
    [[nodiscard]] LaunchPlan planNow(AwaitedEnvironment &file);
    [[nodiscard]] bool launchStandby();
    void launchBegan();
    void clearLeftovers(bool wasAsked);
    void tellOfDaemon(Leftovers &leftovers);
    void takeNextSpec();
    void watchLimits();
    void watchWork();
    void followWork();
    void followLiveness();
    [[nodiscard]] QList<pid_t> members() const;
    void launchFailed(const LaunchFailure &failure);
    /// What it lacks to be ready, or, once killed, what keeps it.
    [[nodiscard]] happening::TimerElapsed timeIsUp() const;
    void launchEnded(ExitReport report);

    LaunchIdentity m_identity;
    QString m_service;
    SharedSpec m_spec;
    SharedSpec m_nextSpec; ///< once the launch that runs is over; may be null
    QString m_launchedFor; ///< the service at the time
    bool m_isOutdated = false;
    const SupervisorEdges &m_edges;
    MachineState m_state;
    QList<Happening> m_waiting;
    bool m_handling = false;
    QList<std::pair<RecordType, ProcessStatus>> m_records; ///< not told yet
    std::unique_ptr<Launch> m_launch;
    QPointer<Leftovers> m_leftovers; ///< of the launch before, while they are being ended
    LaunchEnds m_ends; ///< of a launch that begins
    Readiness m_readiness;
    QList<Leftovers::Kin> m_kin; ///< of the launch that is asked to stop
    qint64 m_session = 0; ///< of the last launch
    PatientTimer m_timeout; ///< one of the two runs
    QTimer m_backoff;
    QTimer m_conditionTimer; ///< runs while its condition will change by time alone
    HeartbeatWatch m_heartbeat;
    std::unique_ptr<LivenessWatch> m_liveness; ///< null where it was never probed
    std::unique_ptr<StallWatch> m_stallWatch; ///< null where it need not tell of its work
    std::unique_ptr<LimitWatch> m_limitWatch; ///< null where there is nothing to watch
    LaunchGroup m_group;
    std::chrono::milliseconds m_timeAsked{0}; ///< by a launch that is not known to live yet
    QDateTime m_startedAt;
    QDateTime m_nextStartAt;
    LaunchVitals m_vitals;
};

} // namespace semper
