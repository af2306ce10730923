// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "application/reload.h"
#include "application/serviceanswers.h"
#include "application/serviceconnections.h"
#include "application/systemdnotifier.h"
#include "cgroup/cgrouptree.h"
#include "control/controlapi.h"
#include "guardian/runrecord.h"
#include "hub/hub.h"
#include "journal/journal.h"
#include "notify/notifysockets.h"
#include "os/unixsignals.h"
#include "spec/serverconfig.h"
#include "supervisor/supervisor.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <optional>

namespace semper {

class Service;
class ServerApplication;

/// What a server needs to know beyond its configuration.
struct RuntimeOptions
{
    QString socketPath; ///< of the hub
    QString hostProgram; ///< runs classes
    ConfigSource source = {}; ///< where a reload has the configuration from
};

/// A server that runs: everything that ServerApplication describes, wired together. Main thread.
class ServerRuntime : public QObject
{
    Q_OBJECT
public:
    ServerRuntime(ServerApplication &application, ServerConfig config, RuntimeOptions options);
    ~ServerRuntime() override;

    /// Binds every socket, then launches. Nothing, or why not: then nothing was launched.
    /// Prints a line per address and "ready ..." on standard output.
    [[nodiscard]] std::optional<QString> start();

Q_SIGNALS:
    void finished(int exitCode); ///< everything has stopped
    void reloading(); ///< the configuration is about to be read again
    void reloaded(); ///< that is decided, for good or ill; restarts may be under way

private:
    [[nodiscard]] std::optional<QString> prepareNotifications(const ServerConfig &config);
    ReloadResult reload(const ReloadRequest &request);
    [[nodiscard]] std::optional<QString> launchProblems() const;
    [[nodiscard]] std::optional<QString> openState();
    [[nodiscard]] std::optional<QString> listen();
    void sweepLostServer();
    void makeCgroups();
    void addProcesses(const Service &service);
    void introduce(Service &service);
    void connectService(Service &service);
    void announce() const;
    void tellServiceManager();
    [[nodiscard]] QString statusText() const;
    void shutDown();
    void end();
    [[nodiscard]] QJsonObject describe() const;

    ServerApplication &m_application;
    ServerConfig m_config;
    RuntimeOptions m_options;
    QDateTime m_startedAt;
    SystemdNotifier m_serviceManager; // before all that has threads: it changes the environment
    Run m_run;
    RunRecord m_runRecord;
    std::unique_ptr<CgroupTree> m_cgroups; ///< null where there can be none
    QElapsedTimer m_uptime;
    Journal m_journal;
    UnixSignals m_signals;
    Supervisor m_supervisor;
    NotifySockets m_notify;
    Hub m_hub;
    ControlApi m_control;
    Reload m_reload;
    ServiceConnections m_connections;
    ServiceAnswers m_answers;
    int m_exitCode = 0;
    QString m_failure; ///< what stops the server, where a process that failed does
};

} // namespace semper
