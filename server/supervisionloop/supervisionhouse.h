// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cgroup/cgrouptree.h"
#include "control/controlapi.h"
#include "guardian/runrecord.h"
#include "hub/hub.h"
#include "journal/journal.h"
#include "notify/notifysockets.h"
#include "os/unixsignals.h"
#include "spec/serverconfig.h"
#include "supervisionloop/reload.h"
#include "supervisionloop/serviceloopwatch.h"
#include "supervisionloop/systemdnotifier.h"
#include "supervisor/supervisor.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace semper {

class DistantWatcher;
class ServiceSide;

/// What a server needs to know beyond its configuration.
struct RuntimeOptions
{
    QString socketPath; ///< of the hub
    QString hostProgram; ///< runs classes
    ConfigSource source = {}; ///< where a reload has the configuration from
};

/// Supervision as it runs: processes, hub, control API and journal, wired together. It lives on a
/// thread of its own, runs no line of a user's code, and never waits for one that does.
class SupervisionHouse : public QObject
{
    Q_OBJECT
public:
    SupervisionHouse(ServerConfig config, RuntimeOptions options);
    ~SupervisionHouse() override;

    /// Takes the hub's socket, the state directory and the control API's address. Nothing, or why
    /// it could not: then nothing was launched. \a services outlives this.
    [[nodiscard]] std::optional<QString> open();
    /// The services have bound what they listen on: launches everything. Prints a line per address
    /// and "ready ..." on standard output. \a services outlives this; \a post has work run in this
    /// loop, from any thread. Nothing, or why it could not.
    [[nodiscard]] std::optional<QString> start(ServiceSide &services, ServiceLoopWatch::Post post);

    /// Stops everything, as SIGTERM does; finished() follows.
    void stop();
    /// What the program is to end with, as of now.
    [[nodiscard]] int exitCode() const;
    /// The services are about to be gone.
    void partFromServices();

    [[nodiscard]] Supervision &supervision() { return m_supervisor; }
    [[nodiscard]] ProcessMail &mail() { return m_hub.messenger(); }
    /// Once open: whether this is the server's token. For any thread, also once this is gone.
    [[nodiscard]] std::function<bool(const QByteArray &)> tokenCheck() const
    {
        return m_control.tokenCheck();
    }
    void openWatcher(DistantWatcher *watcher);

Q_SIGNALS:
    void finished(); ///< everything has stopped
    void reloading(); ///< the configuration is about to be read again
    void reloaded(); ///< that is decided, for good or ill; restarts may be under way

private:
    [[nodiscard]] std::optional<QString> prepareNotifications(const ServerConfig &config);
    void reload(const ReloadRequest &request, ReloadDone done);
    [[nodiscard]] std::optional<QString> launchProblems() const;
    [[nodiscard]] std::optional<QString> openState();
    void sweepLostServer();
    void tellMissingEvents();
    void makeCgroups();
    void announce() const;
    void followSignals();
    void tellServiceManager();
    void followServiceLoop();
    [[nodiscard]] QString statusText() const;
    void shutDown();
    void end();
    [[nodiscard]] QJsonObject describe() const;

    ServerConfig m_config;
    RuntimeOptions m_options;
    QDateTime m_startedAt;
    SystemdNotifier m_serviceManager; // before all that has threads: it changes the environment
    Run m_run;
    RunRecord m_runRecord;
    std::unique_ptr<CgroupTree> m_cgroups; ///< null where there can be none
    QElapsedTimer m_uptime;
    Journal m_journal;
    QLatin1StringView m_previousEnd; ///< how the server before ended: "none", "stopped", "lost"
    std::unique_ptr<UnixSignals> m_signals; ///< from the end of start() on
    Supervisor m_supervisor;
    NotifySockets m_notify;
    Hub m_hub;
    ControlApi m_control;
    ServiceSide *m_services = nullptr; ///< from start() to partFromServices()
    std::unique_ptr<Reload> m_reload;
    ServiceLoopWatch m_serviceLoop;
    QObject m_distantWatchers; ///< is the parent of them
    int m_exitCode = 0;
    bool m_startsAnew = false; ///< once all has stopped
    QString m_failure; ///< what stops the server, where a process that failed does
};

} // namespace semper
