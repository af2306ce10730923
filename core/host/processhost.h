// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/clock.h>
#include <semper/fault.h>
#include <semper/task.h>
#include <semper/userprocessmain.h>

#include <QJsonObject>
#include <QObject>
#include <QString>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace semper {

class LoopLag;
class Process;
class ProcessLink;
class UserProcess;

/// Drives one user process from "welcome" to its end, in either home.
class SEMPER_CORE_EXPORT ProcessHost : public QObject
{
    Q_OBJECT
public:
    using Factory = std::function<std::unique_ptr<UserProcess>()>;
    /// How to make the user process, or why there is none.
    using Source = std::variant<Factory, QString>;

    /// \a link and \a clock must outlive it.
    ProcessHost(QString name, int instance, Source source, ProcessLink &link, Clock &clock,
        QObject *parent = nullptr);
    /// Not in the middle of run(): a coroutine cannot be taken back.
    ~ProcessHost() override;

    /// Opens the link; run() begins, from the event loop, when "welcome" has come.
    void start();
    /// As a stop of the server's. Before run() began there is nothing to wait for.
    void requestStop();

Q_SIGNALS:
    void titleChanged(const QString &title);
    /// The last words are written: leave the event loop with this.
    void finished(semper::UserProcessExit exit);

private:
    void receive(const QJsonObject &frame);
    void welcome(const QJsonObject &frame);
    void beat();
    QCoro::Task<> drive();
    void beReady();
    void fail(const Fault &fault);
    void tellFault(const Fault &fault);
    [[nodiscard]] UserProcessExit exitCode() const;
    void endWithTasks();
    void finish(UserProcessExit exit);

    QString m_name;
    int m_instance;
    Source m_source;
    ProcessLink &m_link;
    Clock &m_clock;
    std::unique_ptr<Process> m_process; ///< made at the first welcome
    std::unique_ptr<UserProcess> m_userProcess; ///< gone before m_process
    std::optional<QCoro::Task<>> m_run;
    std::unique_ptr<Clock::Timer> m_heartbeat;
    std::unique_ptr<LoopLag> m_loopLag; ///< made at the first welcome
    std::unique_ptr<Clock::Timer> m_patience; ///< with a server, to say that there is no class
    std::unique_ptr<Clock::Timer> m_parting; ///< for run() and spawned tasks to end after a fault
    std::optional<Fault> m_fault; ///< the first one
    bool m_isAskedToStop = false; ///< by somebody who sees to it that it ends
    bool m_isRunOver = false;
    std::chrono::milliseconds m_heartbeatPause{0};
    bool m_startedIsReady = true; ///< by the configuration, as "welcome" tells
    bool m_finished = false;
};

} // namespace semper
