// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/connectionrecord.h"
#include "net/liveconnection.h"
#include "services/peers/messageconnection.h"
#include "services/tcp/streamframes.h"
#include "turns/turntaker.h"

#include <semper/servicelimits.h>

#include <QElapsedTimer>

#include <memory>

class QTcpSocket;

namespace semper {

class Parting;

/// A client of a TcpService, with TLS or without: cuts what it sends into frames, and bounds what
/// waits for it. A child of its socket.
class StreamConnection : public MessageConnection, public LiveConnection
{
    Q_OBJECT
public:
    /// \a limits outlive the socket; a message may have \a messageCap bytes at most, whatever they
    /// say. Where the client ends
    /// its side while frames of it wait, those are received all the same: until then this is a
    /// child of \a partings.
    StreamConnection(QTcpSocket *socket, quint64 id, StreamFraming framing,
        const ServiceLimits &limits, qint64 messageCap, std::shared_ptr<TurnLine> line,
        QObject *partings);

    [[nodiscard]] const PeerFacts &facts() const override { return m_facts; }
    [[nodiscard]] QString kind() const override;
    [[nodiscard]] bool isOpen() const override;
    bool send(const Message &message) override;
    [[nodiscard]] qint64 bytesToWrite() const override;
    void finish(const WebSocketFault &fault) override;
    void setPaused(bool paused) override;
    void setWatching() override;
    void setUser(const QString &user) override { m_record.setUser(user); }

    [[nodiscard]] Connection connection() const override { return m_record.connection(); }
    void close() override;
    void abort() override;
    void enforceDeadlines() override;
    [[nodiscard]] std::optional<Quiet> quiet() const override;

private:
    [[nodiscard]] qint64 messageLimit() const;
    [[nodiscard]] bool doPiece();
    [[nodiscard]] bool deliver();
    void hand(const QByteArray &frame);
    void refuse(const QString &code, const QString &detail, const WebSocketFault &fault);
    void socketClosed();
    [[nodiscard]] bool deliverLeft();
    void forgetFrames();
    void progressWriting();
    void abortLater();
    void giveUp();

    QTcpSocket *m_socket; ///< null once it is gone, and only what is left is delivered
    QObject *m_partings;
    const ServiceLimits &m_limits;
    StreamFraming m_framing;
    qint64 m_messageCap;
    StreamFrames m_frames;
    ConnectionRecord m_record;
    PeerFacts m_facts;
    QElapsedTimer m_lastActivity;
    QElapsedTimer m_lastRead;
    QElapsedTimer m_lastWrite;
    Parting *m_parting = nullptr; ///< the socket's, once finish() was called
    bool m_paused = false;
    bool m_delivering = false;
    bool m_strained = false; ///< more than enough waits, and relieved() is due
    bool m_mayIdle = false;
    bool m_lost = false; ///< to be cut off
    bool m_watching = false; ///< for a watcher, whose own queue comes before this one
    bool m_over = false; ///< closed() was told
    TurnTaker m_turn;
};

} // namespace semper
