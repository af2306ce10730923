// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "services/peers/closing.h"

#include <semper/peer.h>
#include <semper/semper_server_export.h>

#include <QObject>
#include <QString>

namespace semper {

/// One client that sends and is sent whole messages, over whatever carries them; what is no message
/// it refuses by itself. Belongs to its socket. No function emits closed() from within.
class SEMPER_SERVER_EXPORT MessageConnection : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    ~MessageConnection() override;

    [[nodiscard]] virtual const PeerFacts &facts() const = 0;
    /// What it speaks, for people: "tcp", "websocket".
    [[nodiscard]] virtual QString kind() const = 0;
    /// It can be sent something still.
    [[nodiscard]] virtual bool isOpen() const = 0;
    /// False if it cannot be sent. A client that lets too much wait is cut off, a turn later.
    virtual bool send(const Message &message) = 0;
    [[nodiscard]] virtual qint64 bytesToWrite() const = 0;
    /// Closes once everything is sent, for what \a fault says, as far as the protocol can tell it.
    /// Takes no further message. A client that does not follow within 2 s of that is cut off.
    virtual void finish(const WebSocketFault &fault) = 0;
    /// While paused no message is received: what the client sends waits where it is.
    virtual void setPaused(bool paused) = 0;
    /// A watcher may be silent for ever, and keeps its own queue: what that hands over at once may
    /// wait here, whatever the service's limit.
    virtual void setWatching() = 0;
    /// As whom the client was authenticated, for those who look at the connections.
    virtual void setUser(const QString &user) = 0;

Q_SIGNALS:
    void messageReceived(const semper::Message &message);
    /// Less waits to be written than FrameConnection::enoughWaiting, after it was more.
    void relieved();
    void closed();
};

} // namespace semper
