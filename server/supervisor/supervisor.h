// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/supervision.h"
#include "journal/eventbudget.h"
#include "launch/launchplan.h"
#include "launch/orphankeeper.h"
#include "os/patienttimer.h"
#include "output/outputcollector.h"
#include "supervisor/companions.h"
#include "supervisor/orderlystop.h"
#include "supervisor/schedules.h"
#include "supervisor/standbys.h"
#include "supervisor/supervisedprocess.h"

#include <semper/semper_server_export.h>

#include <QHash>
#include <QObject>
#include <QPointer>
#include <QSet>
#include <QTimer>

#include <functional>
#include <map>
#include <memory>

namespace semper {

class Journal;
class RollingRestart;
class WallClock;

/// Owns every supervised process: starts them, passes commands on, writes what happens to the
/// journal, and ends them all. Supervision's thread.
class SEMPER_SERVER_EXPORT Supervisor : public QObject, public Supervision
{
    Q_OBJECT
public:
    Supervisor(std::unique_ptr<Launcher> launcher, std::unique_ptr<WallClock> clock,
        Journal &journal, QObject *parent = nullptr);
    ~Supervisor() override;

    /// Before start() only.
    void setSurroundings(LaunchSurroundings surroundings);
    /// Launches may have control groups in \a tree, which has to outlive this. Before start() only.
    void setCgroups(const CgroupTree &tree) { m_edges.cgroups = &tree; }
    void setHubConnector(std::function<int(const QByteArray &mark)> connectToHub)
    {
        m_edges.connectToHub = std::move(connectToHub);
    }
    void setNotifyOpener(decltype(LaunchEdges::openNotifySocket) open)
    {
        m_edges.openNotifySocket = std::move(open);
    }
    void setServerDescription(std::function<QJsonObject()> describe);
    void add(const QString &service, const QString &name, const ProcessSpec &spec);
    /// What reload() does.
    void setReload(std::function<void(const ReloadRequest &, ReloadDone)> reload);

    /// Has the processes be as \a changes say: those that are gone stop, dependants first, new
    /// ones start, and of the others those restart, one instance after the other, that must. What
    /// somebody stopped stays so, and so does a scale unless `instances` changed.
    void reconfigure(const QList<ProcessChange> &changes);
    /// What reconfigure() would do, and which instances takeUp() would restart.
    [[nodiscard]] ReloadReport foretell(const ConfigDifference &difference) const;
    /// Restarts what a restart that was given up has left as it was; first those that it was given
    /// up for.
    void takeUp(const QList<LeftBehind> &left);
    /// Where the launches to come look for plugins.
    void setPluginDirectories(const QStringList &directories);

    /// Before start(), and after a reload: remembers in \a stateDirectory until when schedules were
    /// looked after, so that start() can tell what was missed since. Nothing, or why it cannot.
    /// Blocks.
    [[nodiscard]] std::optional<QString> rememberSchedules(const QString &stateDirectory);
    /// Launches everything that is enabled, but for what waits for its schedule.
    void start();
    /// Asks everything to stop, at once but for those that others depend on, which follow these;
    /// stopped() follows. What is left after \a limit is killed.
    void shutDown(std::chrono::milliseconds limit);
    /// Kills everything that is alive; for a shutdown that cannot wait.
    void killAll();
    [[nodiscard]] bool isShuttingDown() const { return m_shuttingDown; }

    /// Null when there is none.
    [[nodiscard]] SupervisedProcess *find(const QString &name, int instance) const;
    [[nodiscard]] QList<SupervisedProcess *> all() const;
    /// The names of processes that were scaled to none, sorted.
    [[nodiscard]] QStringList namesWithoutInstances() const;
    [[nodiscard]] OutputCollector &output() { return m_output; }
    [[nodiscard]] const Standbys &standbys() const { return m_standbys; }

    /// Samples the processes of these names once a second; nothing: none.
    void setSampled(std::function<bool(const QString &name)> isSampled);

    /// Some child of the server ended (SIGCHLD).
    void childEnded() { m_orphans.childEnded(); }

    [[nodiscard]] QList<ProcessStatus> processes() const override;
    [[nodiscard]] QList<ProcessStatus> statusesOf(const QString &name) const override;
    [[nodiscard]] bool knows(const QString &name) const override;
    [[nodiscard]] bool allReady() const override;
    [[nodiscard]] QJsonObject serverObject() const override;
    CommandResult command(const SupervisionCommand &command) override;
    void reload(const ReloadRequest &request, ReloadDone done) override;

Q_SIGNALS:
    void processChanged(semper::SupervisedProcess *process);
    void metricsChanged(semper::SupervisedProcess *process); ///< those that it told of itself
    void sampled(semper::SupervisedProcess *process);
    void listChanged(); ///< processes were added or are gone
    /// A launch is to be asked over the hub to end.
    void stopRequested(semper::SupervisedProcess *process, std::chrono::milliseconds limit);
    /// A launch has ended; nothing was made of it yet.
    void launchEnding(semper::SupervisedProcess *process);
    /// A host that waited is its launch now, and can be told to begin.
    void standbyTaken(semper::SupervisedProcess *process);
    void stopped(); ///< after shutDown(): nothing is alive any more
    /// A process has failed whose configuration says that the service then stops.
    void serviceFailed(const QString &reason);

private:
    using Key = std::pair<QString, int>;

    [[nodiscard]] std::variant<QList<SupervisedProcess *>, CommandError> select(
        const QString &selector) const;
    [[nodiscard]] QString suggestionFor(const QString &name) const; ///< "; did you mean \"db\"?"
    void record(RecordType type, const ProcessStatus &status);
    void describe(const QString &service, const QString &name, const ProcessSpec &spec);
    void addInstance(const QString &name, int instance);
    void processHasMoved(SupervisedProcess *process);
    void restartGroupOf(const SupervisedProcess &dead, const Cause &why);
    void followFailure(const SupervisedProcess &failed);
    qint64 recordCommand(
        const SupervisionCommand &command, const QList<SupervisedProcess *> &targets);
    [[nodiscard]] std::optional<CommandError> refusal(
        const SupervisionCommand &command, const QList<SupervisedProcess *> &targets) const;
    void carryOut(const SupervisionCommand &command, const QList<SupervisedProcess *> &targets);
    void stop(const QList<SupervisedProcess *> &targets, const SupervisionCommand &command);
    void restart(const QList<SupervisedProcess *> &targets, const QString &by = {});
    void restartInstances(
        const QString &name, const QList<SupervisedProcess *> &targets, const QString &by);
    void recordGivenUp(const SupervisedProcess &failed, const QList<int> &left);
    void scale(const QString &name, int count);
    void resize(const QString &name, int count, bool startNewOnes);
    /// \a changes, those of dependencies before those of what waits for them.
    [[nodiscard]] QList<ProcessChange> dependenciesFirst(QList<ProcessChange> changes) const;
    [[nodiscard]] QList<SupervisedProcess *> instancesOf(const QString &name) const;
    void describeAnew(const ProcessChange &change);
    void startAdded(const ProcessChange &change);
    void followChange(const ProcessChange &change, bool wasScheduled);
    [[nodiscard]] bool stays(SupervisedProcess *process) const;
    [[nodiscard]] bool isRestarting(const QString &name) const; ///< one instance after the other
    [[nodiscard]] QList<SupervisedProcess *> leftBehind(const QString &name) const;
    [[nodiscard]] ReloadEffect effectOf(const ProcessChange &change) const;
    void retire(const QString &name);
    void stopRetired();
    void removeRetired(SupervisedProcess *process);
    void begin(SupervisedProcess *process);
    void wallClockLeapt();
    void recordLeftovers(const SupervisedProcess &process, const LeftoverReport &report);
    void recordCpu(const SupervisedProcess &process, bool high, double average);
    void countDropped(const OutputBatch &batch);
    void recordDropped();
    void tellWhenStopped();
    void tellStopped();

    Journal &m_journal;
    std::unique_ptr<Launcher> m_launcher;
    std::unique_ptr<WallClock> m_clock;
    Schedules m_schedules;
    OutputCollector m_output;
    OrphanKeeper m_orphans;
    SupervisorEdges m_edges;
    Standbys m_standbys;
    struct Description
    {
        QString service;
        SharedSpec spec;
    };
    std::map<QString, Description> m_descriptions; ///< by name
    Companions m_companions;
    OrderlyStop m_orderlyStop;
    QSet<SupervisedProcess *> m_retired; ///< go once they have stopped
    QHash<QString, QPointer<RollingRestart>> m_rolling; ///< by name of a process
    std::map<Key, std::unique_ptr<SupervisedProcess>> m_processes;
    std::function<QJsonObject()> m_describe;
    std::function<void(const ReloadRequest &, ReloadDone)> m_reload;
    QMap<Key, qint64> m_dropped; ///< lines, since it was last told
    EventBudget m_eventBudget;
    QTimer m_tellDropped;
    QTimer m_tellList; ///< of many that go, not for each one
    QTimer m_sampler;
    std::function<bool(const QString &name)> m_isSampled; ///< while that runs
    PatientTimer m_shutdownLimit;
    bool m_shuttingDown = false;
    bool m_stoppedTold = false;
};

} // namespace semper
