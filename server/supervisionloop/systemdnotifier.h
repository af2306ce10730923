// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QByteArrayList>
#include <QObject>
#include <QString>
#include <QTimer>

#include <chrono>
#include <functional>

#include <sys/types.h>

namespace semper {

/// Tells the service manager that started this server, by sd_notify(3), how it is: ready,
/// reloading, stopping, a line of status, and that its event loop turns. Without NOTIFY_SOCKET in
/// the environment, or with one that this class does not know, all calls do nothing. Supervision's
/// thread; no call blocks: what the socket cannot take at once is sent again a little later.
class SEMPER_SERVER_EXPORT SystemdNotifier : public QObject
{
    Q_OBJECT
public:
    /// Takes NOTIFY_SOCKET, WATCHDOG_* and LISTEN_* out of the environment: they are meant for
    /// this server alone. \a mainProcess is whom the service manager is to follow, and who it
    /// thinks it has started: the guardian; 0 where there is none.
    explicit SystemdNotifier(pid_t mainProcess, QObject *parent = nullptr);
    ~SystemdNotifier() override;

    /// Whether somebody listens.
    [[nodiscard]] bool isActive() const { return m_socket >= 0; }
    /// Where the line of status comes from.
    void setStatusSource(std::function<QString()> source) { m_statusSource = std::move(source); }

    /// The start, or a reload, is over. From the first on, the watchdog is kept quiet.
    void ready();
    /// A reload begins; ready() ends it, whether it succeeded or not.
    void reloading();
    /// The stop begins, and may take \a limit.
    void stopping(std::chrono::milliseconds limit);
    /// The status may be another: it is told within a second, if it is.
    void statusChanged();

private:
    void takeEnvironment();
    void send(const QByteArrayList &assignments);
    void sendWaiting();
    void tellStatus();
    [[nodiscard]] QByteArray statusAssignment();

    pid_t m_mainProcess;
    int m_socket = -1;
    QByteArray m_address; ///< a sockaddr_un
    std::chrono::microseconds m_watchdog{0}; ///< 0: nobody waits for it
    std::function<QString()> m_statusSource;
    QString m_status; ///< as it was told last
    QByteArrayList m_waiting; ///< datagrams, the oldest first
    bool m_complained = false; ///< that nobody hears; once is enough
    QTimer m_heartbeat;
    QTimer m_tellStatus;
    QTimer m_sendAgain;
};

} // namespace semper
