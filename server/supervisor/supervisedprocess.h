// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launchvitals.h"
#include "supervision/processmachine.h"
#include "supervisor/healthwatches.h"
#include "supervisor/launchcycle.h"
#include "supervisor/machinetimer.h"

#include <semper/semper_server_export.h>

#include <QObject>
#include <QTimer>

#include <optional>
#include <utility>

namespace semper {

struct SupervisorEdges;

/// One instance of a process: drives its machine. Turns what its launch, its watches and others
/// report into happenings, and performs the machine's actions. Supervision's thread.
class SEMPER_SERVER_EXPORT SupervisedProcess : public QObject
{
    Q_OBJECT
public:
    SupervisedProcess(const QString &name, int instance, QString service, SharedSpec spec,
        const SupervisorEdges &edges, QObject *parent = nullptr);
    ~SupervisedProcess() override;

    [[nodiscard]] QString name() const { return m_cycle.identity().process; }
    [[nodiscard]] int instance() const { return m_cycle.identity().instance; }
    [[nodiscard]] QString service() const { return m_service; }
    [[nodiscard]] const ProcessSpec &spec() const { return *m_spec; }
    [[nodiscard]] const MachineState &state() const { return m_state; }
    /// Nothing of it runs, and nothing will by itself.
    [[nodiscard]] bool isDown() const { return m_state.isDown(); }
    /// 0 while no launch is alive.
    [[nodiscard]] qint64 pid() const { return m_cycle.pid(); }
    /// As pid(), but stays that of a launch which ended until the next one begins.
    [[nodiscard]] qint64 launchPid() const { return m_cycle.lastPid(); }
    [[nodiscard]] std::chrono::milliseconds uptime() const; ///< 0 while no launch is alive
    /// Invalid while no launch is alive.
    [[nodiscard]] QDateTime startedAt() const { return m_startedAt; }
    /// In backoff, and between the runs of a schedule; invalid otherwise.
    [[nodiscard]] QDateTime nextStartAt() const;
    /// How many hosts wait in standby for all its instances.
    [[nodiscard]] int standby() const;
    [[nodiscard]] const LaunchVitals &vitals() const { return m_vitals; }
    [[nodiscard]] const HealthWatches &watches() const { return m_watches; }
    [[nodiscard]] Moment now() const; ///< by the server's clocks

    /// The only way to change the state. May be called from inside an action's effect: what
    /// happens then waits for its turn.
    void handle(const Happening &happening);
    /// Others are in another state: it looks again if it waits for them.
    void blockerChanged();
    /// The clock on the wall was set: what was told by it before is no longer true.
    void wallClockLeapt();

    /// What its launches are like from the next one on; the one that runs takes over at once what
    /// it can (SpecDifference::live).
    void reconfigure(const QString &service, const SharedSpec &spec);
    /// A launch that runs is of an older description.
    [[nodiscard]] bool isOutdated() const { return m_isOutdated; }
    /// The launch that runs could not be as \a spec says, or none runs.
    [[nodiscard]] bool needsRestartFor(const QString &service, const ProcessSpec &spec) const;

    /// Reads CPU and memory of the launch; a share of CPU is that since the last call.
    void sample();
    /// To the launch that is alive, by the scope of its stop; nothing where none is.
    void signal(int number);

    // What the launch tells over the hub, which has checked that it is the launch who tells.
    [[nodiscard]] bool tokenMatches(const QByteArray &token) const;
    /// What every descendant of the launch has in its environment: "NAME=value", no secret.
    [[nodiscard]] QByteArray mark() const { return m_cycle.identity().mark(); }
    [[nodiscard]] HeartbeatWatch &heartbeat() { return m_watches.heartbeat(); }
    /// Its own word; where a probe looks, that word counts only once the probe has succeeded.
    void reportReady(bool ready);
    /// Its own word, too: what has to be over by some time may take at least \a time from now on.
    void extendTimeout(std::chrono::milliseconds time);
    /// It got something done.
    void worked() { m_watches.worked(); }
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
    void connectParts();
    void proceed();
    void tellRecords();
    void awaitNextCondition();
    void noteNextStart();
    [[nodiscard]] std::optional<Cause> blockerNow() const;
    [[nodiscard]] bool isPaused() const;
    /// What it lacks to be ready, or, once killed, what keeps it.
    [[nodiscard]] happening::TimerElapsed timeIsUp() const;
    void perform(const Action &action);
    void launch();
    void launchBegan();
    void launchFailed(const LaunchFailure &failure);
    void launchEnded(ExitReport report);
    void clear(bool wasAsked);
    void arm(std::chrono::milliseconds delay);
    void record(RecordType type);
    void takeNextSpec();

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
    LaunchCycle m_cycle;
    HealthWatches m_watches;
    MachineTimer m_timer;
    QTimer m_conditionTimer; ///< runs while its condition will change by time alone
    std::chrono::milliseconds m_timeAsked{0}; ///< by a launch that is not known to live yet
    QDateTime m_startedAt;
    QDateTime m_nextStartAt;
    LaunchVitals m_vitals;
};

} // namespace semper
