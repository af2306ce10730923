// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/upgradedconnection.h"
#include "net/relayedsocket.h"
#include "services/peers/messageconnection.h"
#include "services/websocket/websocketframes.h"
#include "turns/turntaker.h"

#include <semper/servicelimits.h>

#include <QByteArray>
#include <QDeadlineTimer>
#include <QElapsedTimer>

#include <chrono>
#include <memory>
#include <optional>

class QWebSocket;

namespace semper {

class ConnectionRecord;
class Parting;
struct RequestHead;

/// What a WebSocket keeps to beside the limits of its service.
struct WebSocketTerms
{
    /// After so long without a byte the client is pinged, and after so long again given up. 0: not.
    std::chrono::milliseconds pingInterval{20000};
    bool mayIdle = false; ///< the idle time-out is not for it
    qint64 messageCap = 0; ///< bytes a message may have at most, whatever the service allows
};

/// A client that speaks WebSocket, whose handshake was checked. QtWebSockets does the protocol;
/// this bounds what it sees and what waits, and ends what is over its time. A child of its socket.
class WebSocketConnection : public MessageConnection, public UpgradedConnection
{
    Q_OBJECT
public:
    /// \a record and \a limits outlive it. It is open once the event loop has turned.
    WebSocketConnection(QTcpSocket &socket, ConnectionRecord &record, PeerFacts facts,
        const RequestHead &head, const ServiceLimits &limits, const WebSocketTerms &terms);
    ~WebSocketConnection() override;

    [[nodiscard]] const PeerFacts &facts() const override { return m_facts; }
    [[nodiscard]] QString kind() const override;
    [[nodiscard]] bool isOpen() const override;
    bool send(const Message &message) override;
    [[nodiscard]] qint64 bytesToWrite() const override;
    void finish(const WebSocketFault &fault) override;
    void setPaused(bool paused) override;
    void setWatching() override;
    void setUser(const QString &user) override;

    void begin(const QByteArray &rest, std::shared_ptr<TurnLine> line) override;
    void close() override;
    void enforceDeadlines() override;
    [[nodiscard]] std::optional<LiveConnection::Quiet> quiet() const override;
    [[nodiscard]] qint64 heldBytes() const override
    {
        return m_frames.heldBytes() + m_spoken->relay.bytesAvailable() + bytesToWrite();
    }

Q_SIGNALS:
    void opened();

private:
    void open();
    void connectSocket();
    [[nodiscard]] qint64 messageLimit() const;
    [[nodiscard]] bool doPiece();
    [[nodiscard]] bool pump();
    void keepAlive();
    void leave();
    void progressWriting();
    void abortLater();

    /// What QtWebSockets works with. It may be at it, below a handler that lets the event loop
    /// turn, when this goes with its client.
    struct Spoken
    {
        explicit Spoken(QTcpSocket &transport);
        ~Spoken();
        Q_DISABLE_COPY_MOVE(Spoken)

        RelayedSocket relay;
        std::unique_ptr<QWebSocket> webSocket; ///< null until it is open
    };

    QTcpSocket *m_transport;
    ConnectionRecord &m_record;
    const ServiceLimits &m_limits;
    WebSocketTerms m_terms;
    PeerFacts m_facts;
    QByteArray m_handshake;
    WebSocketFrames m_frames;
    std::shared_ptr<Spoken> m_spoken;
    QElapsedTimer m_lastHeard;
    QElapsedTimer m_lastPing; ///< where one is not answered yet
    QElapsedTimer m_lastMessage; ///< in or out
    QElapsedTimer m_lastWrite;
    Parting *m_parting = nullptr; ///< the socket's, once no frame is to be written any more
    bool m_clientCloses = false; ///< its close frame came, behind which nothing follows
    bool m_pinged = false; ///< and not heard of since
    bool m_paused = false;
    bool m_pumping = false;
    bool m_strained = false; ///< more than enough waits, and relieved() is due
    bool m_mayIdle = false;
    bool m_lost = false; ///< to be cut off
    bool m_watching = false; ///< for a watcher, whose own queue comes before this one
    std::optional<TurnTaker> m_turn; ///< since it has begun
};

} // namespace semper
