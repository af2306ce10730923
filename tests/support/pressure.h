// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/notifylistener.h"
#include "support/runningserver.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QTemporaryDir>

#include <chrono>

namespace semper::test {

/// Many clients of one door, as the helper press(1) has them.
struct Crowd
{
    QString address; ///< a port, or the path of a Unix socket
    int connections = 1;
    QString manner; ///< "ask", "pipeline", "reconnect" or "idle"
    QByteArray request;
    QByteArray greeting = {};
};

/// A real server with one process, which is killed again and again: how long it takes until it is
/// back, and how long the service manager's watchdog hears nothing, while crowds press on its
/// doors. Calls block.
class Pressure
{
public:
    struct Figures
    {
        double medianRestart = 0; ///< milliseconds
        double longestRestart = 0; ///< milliseconds
        double longestGap = 0; ///< milliseconds between two WATCHDOG=1
        /// That were measured; fewer than asked for where one took 30 s, none where no answer came
        /// to a crowd.
        int restarts = 0;
    };

    /// \a services go into the configuration beside an HTTP service, "http".
    explicit Pressure(const QJsonObject &services);
    ~Pressure();
    Q_DISABLE_COPY_MOVE(Pressure)

    [[nodiscard]] bool start();
    [[nodiscard]] RunningServer &server() { return m_server; }
    /// Kills the process so many times. \a crowds press from before the first until after the last.
    [[nodiscard]] Figures measure(int restarts, const QList<Crowd> &crowds = {});

private:
    [[nodiscard]] static QJsonObject processes(const QString &told);
    [[nodiscard]] static QJsonObject top(const QJsonObject &services, const QString &told);
    /// The pid that the process tells at its start; 0 where none came in time.
    [[nodiscard]] pid_t awaitStart(std::chrono::milliseconds limit);
    void noteWatchdog();

    QTemporaryDir m_folder;
    int m_told; ///< the socket at which the process tells its start
    NotifyListener m_manager;
    RunningServer m_server;
    pid_t m_pid = 0;
    QElapsedTimer m_sinceBeat;
    double m_longestGap = 0;
};

} // namespace semper::test
