// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "files/pathwatch.h"

#include <QByteArray>
#include <QObject>
#include <QPointer>
#include <QString>

#include <optional>

#include <sys/types.h>

namespace semper {

class NotifySockets;
class SupervisedProcess;
struct LaunchIdentity;

/// Where one launch tells of itself as sd_notify(3) does. The file is its user's, mode 0600: the
/// kernel lets nobody else send, so that nobody else can fill its queue. Goes with its parent, the
/// launch. Supervision's thread.
class NotifySocket : public QObject
{
    Q_OBJECT
public:
    /// What a peer sent, and who that is by the kernel's word.
    struct Message
    {
        pid_t pid = 0;
        uid_t user = uid_t(-1);
        QByteArray bytes; ///< empty where it was cut short: then it may say anything
    };

    NotifySocket(NotifySockets &owner, const LaunchIdentity &identity, uid_t user, QString path,
        QObject *parent);
    /// Removes the file.
    ~NotifySocket() override;

    /// Nothing, or why it could not. May be called again: its file is made anew. Does not block.
    [[nodiscard]] std::optional<QString> listen();
    void close();
    /// The file of that path is its socket.
    [[nodiscard]] bool isThere() const { return fileIdentity(m_path) == m_file; }

    [[nodiscard]] int descriptor() const { return m_socket; }
    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] const QByteArray &mark() const { return m_mark; }
    [[nodiscard]] const QString &processName() const { return m_process; }
    [[nodiscard]] uid_t user() const { return m_user; }
    /// Its user, the server's, or root.
    [[nodiscard]] bool mayBeSentBy(uid_t user) const;

    /// The next message; nothing where none has come.
    [[nodiscard]] std::optional<Message> read();

    QPointer<SupervisedProcess> process; ///< whose launch it is, once somebody has looked
    int taken = 0; ///< messages, since the pace was last looked at

private:
    QPointer<NotifySockets> m_owner;
    QString m_process;
    QByteArray m_mark;
    uid_t m_user;
    QString m_path;
    FileIdentity m_file;
    int m_socket = -1;
};

} // namespace semper
