// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "notify/notifysocket.h"
#include "os/epollset.h"
#include "protocol/growingdelay.h"

#include <QByteArray>
#include <QDeadlineTimer>
#include <QHash>
#include <QObject>
#include <QSocketNotifier>
#include <QString>
#include <QTimer>

#include <optional>

#include <sys/types.h>

namespace semper {

struct LaunchRequest;
struct NotifyMessage;
class Journal;
class Supervisor;

/// The notify sockets of all launches of the mode notify, and what is made of what they hear. Each
/// has a queue of its own and its turn, and is heard 160 times a second at most, so that one that
/// is flooded, by its own launch, neither takes a message from another nor holds up a restart. Who
/// tells is what the kernel says, never what the message claims. Supervision's thread.
class NotifySockets : public QObject
{
    Q_OBJECT
public:
    /// Which of the server's two folders for sockets.
    enum class Folder {
        Own, ///< beside the hub's socket, for processes of the server's user
        Shared, ///< where other users can come to their socket, but to no list of them
    };

    /// \a hubSocket: its path; whoever calls prepare() has the claim on it. \a run: the id of the
    /// server's run.
    NotifySockets(Supervisor &supervisor, Journal &journal, const QString &hubSocket,
        QByteArray run, QObject *parent = nullptr);
    /// Removes sockets and folders.
    ~NotifySockets() override;

    /// Makes \a folder, and removes what an earlier server has left in it. Nothing, or why it
    /// could not. Does not block.
    [[nodiscard]] std::optional<QString> prepare(Folder folder);
    /// Removes what a server that was lost has left where Folder::Shared of its \a run was.
    static void removeShared(const QByteArray &run);

    /// Opens the socket of a launch as \a launch's child and names it in the environment of
    /// \a request. Nothing, or why it could not.
    [[nodiscard]] std::optional<QString> open(
        LaunchRequest &request, const LaunchIdentity &identity, QObject *launch);

    /// For NotifySocket, which is about to close.
    void forget(const NotifySocket &socket);

private:
    [[nodiscard]] std::optional<QString> listenAnew(NotifySocket &socket);
    void watchFolders();
    /// Folders and sockets that somebody has removed.
    void restore();
    void restoreNamed(const QString &name);
    void tell(const QString &path);
    /// What has come, but no more than a turn of the event loop may do.
    void read();
    void readFrom(NotifySocket &socket, int most);
    void setHeard(const NotifySocket &socket, bool isHeard);
    void take(NotifySocket &socket, const NotifySocket::Message &message);
    [[nodiscard]] SupervisedProcess *processOf(NotifySocket &socket) const;
    void pass(const NotifyMessage &message, SupervisedProcess &process);
    void checkMainPid(pid_t pid, const SupervisedProcess &process);
    void complain(const QString &text);

    Supervisor &m_supervisor;
    Journal &m_journal;
    QString m_ownFolder;
    QByteArray m_run;
    QString m_sharedFolder; ///< once it is there
    bool m_hasOwnFolder = false;
    EpollSet m_set;
    QSocketNotifier m_ready;
    QHash<int, NotifySocket *> m_sockets; ///< by descriptor
    QHash<QString, NotifySocket *> m_byName; ///< of its file
    QTimer m_pace;
    PathWatch m_watch;
    QTimer m_restore; ///< tries again
    GrowingDelay m_pause{std::chrono::milliseconds(100), std::chrono::seconds(5)}; ///< before that
    QDeadlineTimer m_quiet; ///< complaints until then are only counted
    int m_unsaid = 0;
};

} // namespace semper
