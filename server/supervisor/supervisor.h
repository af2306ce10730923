// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/supervision.h"
#include "launch/orphankeeper.h"
#include "output/outputcollector.h"
#include "supervisor/commands.h"
#include "supervisor/instances.h"
#include "supervisor/orderlystop.h"
#include "supervisor/processrecorder.h"
#include "supervisor/processtable.h"
#include "supervisor/reconfiguration.h"
#include "supervisor/restarts.h"
#include "supervisor/sampler.h"
#include "supervisor/schedules.h"
#include "supervisor/shutdown.h"
#include "supervisor/standbys.h"
#include "supervisor/supervisoredges.h"

#include <semper/semper_server_export.h>

#include <QObject>

#include <functional>
#include <memory>

namespace semper {

class Journal;
class WallClock;

/// The room's front: owns what supervises, and passes on what happens to one process to the others
/// that it concerns, and out of the room. Supervision's thread.
class SEMPER_SERVER_EXPORT Supervisor : public QObject, public Supervision
{
    Q_OBJECT
public:
    Supervisor(std::unique_ptr<Launcher> launcher, std::unique_ptr<WallClock> clock,
        Journal &journal, QObject *parent = nullptr);
    ~Supervisor() override;

    /// Before start() only.
    void setSurroundings(LaunchSurroundings surroundings)
    {
        m_edges.surroundings = std::move(surroundings);
    }
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
    void setServerDescription(std::function<QJsonObject()> describe)
    {
        m_describe = std::move(describe);
    }
    void add(const QString &service, const QString &name, const ProcessSpec &spec);
    /// What reload() does.
    void setReload(std::function<void(const ReloadRequest &, ReloadDone)> reload)
    {
        m_reload = std::move(reload);
    }

    /// As Reconfiguration::apply().
    void reconfigure(const QList<ProcessChange> &changes);
    /// As Reconfiguration::foretell() and takeUp().
    [[nodiscard]] ReloadReport foretell(const ConfigDifference &difference) const;
    void takeUp(const QList<LeftBehind> &left);
    /// Where the launches to come look for plugins.
    void setPluginDirectories(const QStringList &directories);

    /// Before start(), and after a reload: as Schedules::remember().
    [[nodiscard]] std::optional<QString> rememberSchedules(const QString &stateDirectory);
    /// Launches everything that is enabled, but for what waits for its schedule.
    void start();
    /// As Shutdown::begin() and killAll().
    void shutDown(std::chrono::milliseconds limit);
    void killAll();
    [[nodiscard]] bool isShuttingDown() const { return m_shutdown.hasBegun(); }

    /// Null when there is none.
    [[nodiscard]] SupervisedProcess *find(const QString &name, int instance) const;
    [[nodiscard]] QList<SupervisedProcess *> all() const { return m_table.all(); }
    /// The names of processes that were scaled to none, sorted.
    [[nodiscard]] QStringList namesWithoutInstances() const;
    [[nodiscard]] OutputCollector &output() { return m_output; }
    [[nodiscard]] const Standbys &standbys() const { return m_standbys; }

    /// As Sampler::setSampled().
    void setSampled(std::function<bool(const QString &name)> isSampled)
    {
        m_sampler.setSampled(std::move(isSampled));
    }

    /// Some child of the server ended (SIGCHLD).
    void childEnded() { m_orphans.childEnded(); }

    [[nodiscard]] QList<ProcessStatus> processes() const override;
    [[nodiscard]] QList<ProcessStatus> statusesOf(const QString &name) const override;
    [[nodiscard]] bool knows(const QString &name) const override { return m_table.knows(name); }
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
    void connectParts();
    /// Takes part in what happens to \a process, which is new.
    void watch(SupervisedProcess *process);
    void passOn(SupervisedProcess *process); ///< to who watches from outside
    void followMove(SupervisedProcess *process);
    void restartGroupOf(const SupervisedProcess &dead, const Cause &why);
    void followFailure(const SupervisedProcess &failed);

    std::unique_ptr<Launcher> m_launcher;
    std::unique_ptr<WallClock> m_clock;
    Schedules m_schedules;
    OutputCollector m_output;
    OrphanKeeper m_orphans;
    SupervisorEdges m_edges;
    Standbys m_standbys;
    ProcessTable m_table;
    ProcessRecorder m_recorder;
    OrderlyStop m_orderlyStop;
    Instances m_instances;
    Restarts m_restarts;
    Reconfiguration m_reconfiguration;
    Commands m_commands;
    Shutdown m_shutdown;
    Sampler m_sampler;
    std::function<QJsonObject()> m_describe;
    std::function<void(const ReloadRequest &, ReloadDone)> m_reload;
};

} // namespace semper
