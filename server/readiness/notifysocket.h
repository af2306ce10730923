// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDeadlineTimer>
#include <QObject>
#include <QSocketNotifier>
#include <QString>

#include <memory>
#include <optional>

#include <sys/types.h>

namespace semper {

struct NotifyMessage;
class SupervisedProcess;
class Supervisor;

/// Where processes of the mode notify tell of themselves as sd_notify(3) does. Who tells is what
/// the kernel says, never what the message claims. Main thread.
class NotifySocket : public QObject
{
    Q_OBJECT
public:
    explicit NotifySocket(Supervisor &supervisor, QObject *parent = nullptr);
    /// Removes the socket's file.
    ~NotifySocket() override;

    /// Beside the hub's socket: "orders.notify" for "orders.sock".
    [[nodiscard]] static QString pathBeside(const QString &hubSocket);

    /// For processes of other users, who cannot come to that folder: "@semper/RUN", without a file
    /// and open to all on this machine. Source: unix(7), abstract sockets.
    [[nodiscard]] static QString openToAll(const QByteArray &run);

    /// Nothing, or why it could not. Replaces a stale socket: whoever calls has the claim on the
    /// hub's. Does not block.
    [[nodiscard]] std::optional<QString> listen(const QString &path);
    [[nodiscard]] bool isListening() const { return m_notifier != nullptr; }

private:
    /// What has come, but no more than a turn of the event loop may do.
    void read();
    [[nodiscard]] bool readOne();
    void take(pid_t sender, const QByteArray &bytes);
    [[nodiscard]] SupervisedProcess *launchOf(pid_t sender) const;
    void pass(const NotifyMessage &message, SupervisedProcess &process);
    void checkMainPid(pid_t pid, const SupervisedProcess &process);
    void complain(const QString &text);

    Supervisor &m_supervisor;
    int m_socket = -1;
    QByteArray m_path; ///< of the file, once it is there
    std::unique_ptr<QSocketNotifier> m_notifier;
    QDeadlineTimer m_quiet; ///< complaints until then are only counted
    int m_unsaid = 0;
};

} // namespace semper
