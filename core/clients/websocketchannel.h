// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/clock.h>
#include <semper/httprequest.h>
#include <semper/websocketclient.h>

#include "handshakeanswer.h"
#include "protocol/growingdelay.h"
#include "websocketqueue.h"

#include <QAbstractSocket>
#include <QList>
#include <QObject>
#include <QSslConfiguration>
#include <QSslError>

#include <memory>
#include <optional>

QT_FORWARD_DECLARE_CLASS(QWebSocket)

namespace semper {

class Suspension;

/// What a WebSocketClient is set to. Every default stands here.
struct WebSocketSettings
{
    QUrl url;
    HttpHeaders headers;
    QStringList subprotocols;
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    std::chrono::milliseconds timeout{30000};
    std::chrono::milliseconds pingInterval{20000};
    /// Before it connects again; nothing: never.
    std::optional<GrowingDelay> delay = GrowingDelay::ofConnection(
        std::chrono::milliseconds(250), std::chrono::milliseconds(30000));
    qsizetype maximumMessageBytes = 16 * 1024 * 1024;
    qsizetype maximumQueuedMessages = 256;
    qsizetype maximumQueuedBytes = 64 * 1024 * 1024;
};

/// A connection that is opened again and again, the messages that arrived on it, and the awaits
/// that wait for one or the other.
class WebSocketChannel : public QObject
{
    Q_OBJECT
public:
    /// An await for a message; it stands in the frame of its coroutine.
    struct Receiver
    {
        Suspension &arrived;
        std::optional<WebSocketClient::Message> message = {};
    };

    WebSocketChannel(TaskScope &scope, const QUrl &url);
    ~WebSocketChannel() override;

    [[nodiscard]] TaskScope &scope() const { return m_scope; }
    [[nodiscard]] WebSocketSettings &settings() { return m_settings; }
    [[nodiscard]] bool isConnected() const { return m_state == State::Connected; }
    [[nodiscard]] QString subprotocol() const;
    /// Why the newest try, or connection, came to an end; nothing while one is open.
    [[nodiscard]] std::optional<WebSocketError> failure() const { return m_failure; }
    [[nodiscard]] WebSocketError error(
        WebSocketError::Kind kind, const QString &why, int closeCode = 0) const;

    /// Each of them ends its suspension when it is done, or fails it; forget() takes it back. Who
    /// awaited a connection knows that an earlier one was lost.
    void awaitConnection(Suspension &opened);
    void awaitWritten(Suspension &written, const QByteArray &bytes, bool isText);
    void awaitMessage(Receiver &receiver);
    void awaitClosed(Suspension &closed, int code, const QString &reason);
    void forget(Suspension &suspension);

    /// Ends the connection without a word, if \a written still waits for it: of several that are
    /// late together the first has done so, and the next connection is none of theirs.
    void giveUp(const Suspension &written, const WebSocketError &error);
    /// Says goodbye, and opens no other connection.
    void shutDown();

private:
    enum class State { Idle, Connecting, Connected, Closing, Waiting };

    struct DeleteSocket
    {
        void operator()(QWebSocket *socket) const;
    };

    void open();
    void connectSignals();
    void becomeConnected();
    void becomeDisconnected();
    void handleError(QAbstractSocket::SocketError socketError);
    void take(WebSocketClient::Message message);
    void ping();
    void tellWritten();
    [[nodiscard]] qint64 unsentBytes() const;
    void lose(const WebSocketError &error);

    TaskScope &m_scope;
    WebSocketSettings m_settings;
    State m_state = State::Idle;
    std::unique_ptr<QWebSocket, DeleteSocket> m_socket;
    bool m_saysGoodbye = false; ///< a close frame came or went
    bool m_pongAwaited = false;
    QString m_tlsErrors;
    HandshakeAnswer m_handshake;
    std::chrono::milliseconds m_connectedAt{0}; ///< by the clock of the scope
    std::unique_ptr<Clock::Timer> m_deadline; ///< of a try to connect, or of a goodbye
    std::unique_ptr<Clock::Timer> m_retry;
    std::unique_ptr<Clock::Timer> m_pings;

    WebSocketQueue m_queue;
    std::optional<WebSocketError> m_failure; ///< the newest

    QList<Suspension *> m_opening;
    QList<Suspension *> m_writing;
    QList<Suspension *> m_closing;
    QList<Receiver *> m_receiving;
};

} // namespace semper
