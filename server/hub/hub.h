// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "files/pathwatch.h"
#include "hub/framepump.h"
#include "hub/messenger.h"
#include "hub/socketclaim.h"
#include "hub/socketlistener.h"
#include "hub/waitinghosts.h"
#include "hub/watchers.h"
#include "protocol/growingdelay.h"

#include <QHash>
#include <QJsonObject>
#include <QObject>
#include <QSet>
#include <QStringList>
#include <QTimer>

#include <chrono>
#include <memory>
#include <optional>

namespace semper {

class HubConnection;
class Journal;
class ProcessSession;
class Supervisor;
class ServiceQuestions;
class ServiceSide;
class SupervisedProcess;

/// The local socket where processes stream in and watchers look on. Checks who a peer is before
/// it believes a word. Supervision's thread; what peers send is read and parsed on another.
class Hub : public QObject
{
    Q_OBJECT
public:
    Hub(Supervisor &supervisor, Journal &journal, QObject *parent = nullptr);
    ~Hub() override;

    /// Nothing, or why it could not. Replaces a stale socket, refuses a live one. From then on
    /// makes anew what somebody removes of it.
    [[nodiscard]] std::optional<QString> listen(const QString &path);
    [[nodiscard]] QString socketPath() const { return m_server.path(); }

    /// Writes what waits for peers as far as the kernel takes it. Does not block.
    void flush() { m_pump.flushAll(); }
    /// Who takes the messages of processes and answers what they ask; outlives this. Without it
    /// nobody does.
    void setServices(ServiceSide &services);
    /// All watchers, those that came another way than by the socket included.
    [[nodiscard]] Watchers &watchers() { return m_watchers; }
    /// From services to processes.
    [[nodiscard]] Messenger &messenger() { return m_messenger; }

private:
    [[nodiscard]] std::optional<QString> bind(const QString &path);
    void restore();
    void accept(int descriptor);
    [[nodiscard]] int connectLaunch(const QByteArray &mark);
    void expectHello(HubConnection *connection);
    void greet(HubConnection *connection, const QJsonObject &frame);
    void greetWatcher(HubConnection *connection);
    void greetProcess(HubConnection *connection, const QJsonObject &frame);
    void openSession(HubConnection *connection, SupervisedProcess *process);
    /// The launch is over: takes its last frames, then nobody speaks for it any more.
    void closeSession(const SupervisedProcess *process);
    void answer(ProcessSession &session, const QJsonValue &id, const QString &method,
        const QJsonObject &params);
    void forget(HubConnection *connection);

    Supervisor &m_supervisor;
    Journal &m_journal;
    Watchers m_watchers;
    SocketClaim m_claim;
    SocketListener m_server;
    PathWatch m_watch;
    QTimer m_restore; ///< tries again
    GrowingDelay m_restoreDelay{std::chrono::milliseconds(100), std::chrono::seconds(5)};
    QString m_complaint; ///< why it could not be restored, as far as it was told
    FramePump m_pump;
    QList<HubConnection *> m_connections;
    QHash<QByteArray, HubConnection *> m_given; ///< to launches that may never speak; by mark
    QHash<const SupervisedProcess *, ProcessSession *> m_processes;
    QSet<const HubConnection *> m_watching; ///< of the connections, those of watchers
    WaitingHosts m_waitingHosts;
    Messenger m_messenger;
    ServiceSide *m_services = nullptr;
    std::unique_ptr<ServiceQuestions> m_questions;
};

} // namespace semper
