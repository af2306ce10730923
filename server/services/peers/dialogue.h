// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/patienttimer.h"

#include <semper/peerhandler.h>

#include <QByteArray>
#include <QJsonObject>
#include <QObject>
#include <QPointer>
#include <QString>

#include <memory>
#include <optional>

namespace semper {

class MessageConnection;
class PeerGroup;

/// What is said with one client. What it says first decides: with a hello it becomes a watcher, if
/// it may; all else is for the group's handler, one message after the other, each when the one
/// before is done with. Where there is no handler, it is an error. A child of its connection.
class Dialogue : public QObject
{
    Q_OBJECT
public:
    /// \a group outlives it, or deletes its connection.
    Dialogue(MessageConnection *connection, PeerGroup &group);
    ~Dialogue() override;

    [[nodiscard]] MessageConnection *connection() const { return m_connection; }
    [[nodiscard]] const Peer &peer() const { return m_peer; }

private:
    enum class Role {
        Unknown, ///< it has said nothing
        Client,
        Watcher,
        Refused, ///< it is told why
    };

    void take(const Message &message);
    void begin(const Message &message);
    void greet(const QJsonObject &hello);
    void becomeWatcher();
    void refuse(const QString &code, const QString &detail);
    void serve(const Message &message);
    void served(const std::optional<QString> &fault);
    static QCoro::Task<> drive(
        QPointer<Dialogue> self, PeerHandler handler, Peer peer, Message message);

    MessageConnection *m_connection;
    PeerGroup &m_group;
    Peer m_peer;
    Role m_role = Role::Unknown;
    bool m_serving = false; ///< a handler is at work
    std::shared_ptr<int> m_abandoned; ///< handlers of clients that have gone, of the group
    PatientTimer m_deadline;
};

} // namespace semper
