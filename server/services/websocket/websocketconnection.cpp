// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/websocket/websocketconnection.h"

#include "boundary/frameconnection.h"
#include "net/connectionrecord.h"
#include "net/parting.h"
#include "net/unsentbytes.h"
#include "protocol/frame.h"
#include "services/websocket/websockethandshake.h"

#include <QLoggingCategory>
#include <QPointer>
#include <QWebSocket>
#include <QWebSocketServer>

#include <algorithm>
#include <memory>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logWebSocketConnection, "semper.server.websocket", QtInfoMsg)

/// What its queue may have handed over before it holds back, and the answer to a command.
constexpr qint64 queueOfWatcher = FrameConnection::enoughWaiting + 4 * qint64(maximumFrameBytes);
constexpr qsizetype maximumReasonBytes = 123; ///< of a close frame

/// \a reason, cut where a close frame ends, between two characters.
QString fittingReason(const QString &reason)
{
    QString fitting = reason.left(maximumReasonBytes);
    while (fitting.toUtf8().size() > maximumReasonBytes)
        fitting.chop(1);
    return fitting;
}

} // namespace

WebSocketConnection::WebSocketConnection(QTcpSocket &socket, ConnectionRecord &record,
    PeerFacts facts, const RequestHead &head, const ServiceLimits &limits,
    const WebSocketTerms &terms)
    : MessageConnection(&socket)
    , m_transport(&socket)
    , m_record(record)
    , m_limits(limits)
    , m_terms(terms)
    , m_facts(std::move(facts))
    , m_handshake(canonicalHandshake(head, m_facts.subprotocol))
    , m_frames(messageLimit())
    , m_spoken(std::make_shared<Spoken>(*m_transport))
{
    m_mayIdle = terms.mayIdle;
    m_lastHeard.start();
    m_lastMessage.start();
    m_lastWrite.start();
}

WebSocketConnection::~WebSocketConnection()
{
    m_spoken->relay.disconnect(this);
    m_spoken->relay.end();
}

WebSocketConnection::Spoken::Spoken(QTcpSocket &transport)
    : relay(transport)
{ }

WebSocketConnection::Spoken::~Spoken()
{
    relay.end(); // a WebSocket that goes would say so
}

QString WebSocketConnection::kind() const
{
    return u"websocket"_s;
}

void WebSocketConnection::setUser(const QString &user)
{
    m_record.setUser(user);
}

void WebSocketConnection::begin(const QByteArray &rest, std::shared_ptr<TurnLine> line)
{
    m_turn.emplace(std::move(line), [this] { return doPiece(); });
    connectSocket();
    m_frames.append(rest);
    // One for each handshake: it does not tell which socket became which WebSocket.
    auto *server = new QWebSocketServer(QString(), QWebSocketServer::NonSecureMode, this);
    if (!m_facts.subprotocol.isEmpty())
        server->setSupportedSubprotocols({m_facts.subprotocol});
    connect(server, &QWebSocketServer::newConnection, this, [this, server] {
        m_spoken->webSocket.reset(server->nextPendingConnection());
        server->deleteLater();
        open();
    });
    server->handleConnection(&m_spoken->relay);
    m_spoken->relay.feed(m_handshake);
}

void WebSocketConnection::connectSocket()
{
    m_transport->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    // Later: a handler may let the event loop turn, in which the client leaves, and the socket must
    // not be deleted inside its own signal.
    connect(m_transport, &QIODevice::readyRead, this, [this] { m_turn->askLater(); });
    connect(m_transport, &QAbstractSocket::disconnected, this, [this] {
        m_spoken->relay.end();
        Q_EMIT closed();
    });
    connect(m_transport, &QIODevice::bytesWritten, this, [this](qint64 bytes) {
        m_record.sent(bytes);
        progressWriting();
    });
    if (auto *tls = qobject_cast<QSslSocket *>(m_transport))
        connect(
            tls, &QSslSocket::encryptedBytesWritten, this, &WebSocketConnection::progressWriting);
    connect(&m_spoken->relay, &RelayedSocket::closeRequested, this, &WebSocketConnection::leave);
}

void WebSocketConnection::open()
{
    QWebSocket *webSocket = m_spoken->webSocket.get();
    webSocket->setParent(nullptr);
    // What is larger than the limit never gets here; this would only be a second opinion.
    webSocket->setMaxAllowedIncomingMessageSize(QWebSocket::maxIncomingMessageSize());
    webSocket->setMaxAllowedIncomingFrameSize(QWebSocket::maxIncomingFrameSize());
    connect(webSocket, &QWebSocket::textMessageReceived, this, [this](const QString &text) {
        m_lastMessage.restart();
        if (isOpen())
            Q_EMIT messageReceived({.bytes = text.toUtf8(), .isText = true});
    });
    connect(webSocket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray &bytes) {
        m_lastMessage.restart();
        if (isOpen())
            Q_EMIT messageReceived({.bytes = bytes});
    });
    if (!isOpen())
        return;
    Q_EMIT opened();
    m_turn->askLater();
}

bool WebSocketConnection::isOpen() const
{
    return m_spoken->webSocket && !m_lost && !m_parting
        && m_transport->state() == QAbstractSocket::ConnectedState;
}

qint64 WebSocketConnection::bytesToWrite() const
{
    return unsentBytes(*m_transport);
}

bool WebSocketConnection::send(const Message &message)
{
    if (!isOpen())
        return false;
    const qint64 waiting = bytesToWrite();
    const qint64 most = std::max(m_limits.queueMaxBytes, m_watching ? queueOfWatcher : 0);
    if (waiting > 0 && waiting + message.bytes.size() > most) {
        qCWarning(logWebSocketConnection, "%ls does not read what it is sent; cut off",
            qUtf16Printable(m_facts.address));
        abortLater();
        return false;
    }
    if (waiting == 0)
        m_lastWrite.restart();
    m_lastMessage.restart();
    if (message.isText)
        m_spoken->webSocket->sendTextMessage(message.text());
    else
        m_spoken->webSocket->sendBinaryMessage(message.bytes);
    m_strained |= bytesToWrite() >= FrameConnection::enoughWaiting;
    return true;
}

void WebSocketConnection::close()
{
    finish({.code = closecode::goingAway, .detail = u"the server ends this connection"_s});
    if (m_parting)
        m_parting->endWithin(Parting::usualPatience);
}

void WebSocketConnection::finish(const WebSocketFault &fault)
{
    if (m_parting || m_lost)
        return;
    const bool isSendable = isSendableCloseCode(fault.code);
    if (!isSendable)
        qCWarning(logWebSocketConnection, "%d is no code to close a WebSocket with: 1000 is said",
            fault.code);
    if (m_spoken->webSocket)
        m_spoken->webSocket->close(
            QWebSocketProtocol::CloseCode(isSendable ? fault.code : closecode::normal),
            fittingReason(fault.detail));
    else
        leave();
}

/// The close frame, if any, is written.
void WebSocketConnection::leave()
{
    if (m_parting)
        return;
    m_parting = new Parting(
        *m_transport, m_clientCloses ? Parting::Peer::HasSent : Parting::Peer::MaySend);
    connect(m_parting, &Parting::dropped, this, [this](qint64 bytes) { m_record.received(bytes); });
    m_parting->begin();
}

void WebSocketConnection::setWatching()
{
    m_mayIdle = true;
    m_watching = true;
}

void WebSocketConnection::setPaused(bool paused)
{
    if (std::exchange(m_paused, paused) == paused || paused || m_pumping)
        return;
    m_lastHeard.restart(); // meanwhile nobody listened
    m_turn->askLater();
}

void WebSocketConnection::abortLater()
{
    m_lost = true;
    QMetaObject::invokeMethod(
        m_transport, [transport = m_transport] { transport->abort(); }, Qt::QueuedConnection);
}

std::optional<LiveConnection::Quiet> WebSocketConnection::quiet() const
{
    const bool isBusy = !isOpen() || m_paused || m_turn->waits() || bytesToWrite() > 0;
    return isBusy ? std::nullopt : m_record.quiet();
}

void WebSocketConnection::enforceDeadlines()
{
    if (bytesToWrite() > 0 && m_lastWrite.hasExpired(m_limits.writeStall.count()))
        return m_transport->abort();
    if (!isOpen())
        return;
    const bool isStalled = !m_paused && !m_turn->waits() && m_frames.hasBegun()
        && m_transport->bytesAvailable() == 0 && m_spoken->relay.bytesAvailable() == 0
        && m_lastHeard.hasExpired(m_limits.writeStall.count());
    if (isStalled)
        return finish({.code = closecode::policyViolation,
            .detail = u"the rest of a message did not come"_s});
    const bool isIdle = m_limits.idleTimeout > 0ms && !m_mayIdle
        && m_lastMessage.hasExpired(m_limits.idleTimeout.count());
    if (isIdle)
        return finish({.code = closecode::normal, .detail = u"idle for too long"_s});
    if (m_terms.pingInterval > 0ms && !m_paused)
        keepAlive();
}

void WebSocketConnection::keepAlive()
{
    const qint64 interval = m_terms.pingInterval.count();
    if (m_pinged && m_lastPing.hasExpired(interval))
        return finish({.code = closecode::goingAway, .detail = u"no answer to a ping"_s});
    if (m_pinged || !m_lastHeard.hasExpired(interval) || bytesToWrite() > 0)
        return;
    m_pinged = true;
    m_lastPing.start();
    m_spoken->webSocket->ping();
}

qint64 WebSocketConnection::messageLimit() const
{
    return std::min(m_limits.messageMaxBytes, m_terms.messageCap);
}

/// Hands on one frame, or reads what more came. True: there may be more to do.
bool WebSocketConnection::doPiece()
{
    if (!isOpen() || m_pumping || m_paused)
        return false;
    if (m_spoken->relay.bytesAvailable() > 0) {
        // QtWebSockets takes it a turn later, which it has queued before this.
        QMetaObject::invokeMethod(
            this, [this] { m_turn->ask(); }, Qt::QueuedConnection);
        return false;
    }
    m_frames.setLimit(messageLimit());
    const QPointer<WebSocketConnection> self(this); // A handler may let the event loop turn.
    bool isDone = pump();
    if (!self)
        return false;
    if (!isDone && !m_paused && isOpen() && m_transport->bytesAvailable() > 0) {
        const QByteArray bytes = m_transport->readAll();
        m_record.received(bytes.size());
        m_lastHeard.restart();
        m_pinged = false;
        m_frames.append(bytes);
        isDone = true;
    }
    m_transport->flush();
    return isDone;
}

/// Hands on one frame. False: none is whole.
bool WebSocketConnection::pump()
{
    const auto next = isOpen() ? m_frames.next() : std::nullopt;
    if (!next)
        return false;
    if (const auto *fault = std::get_if<WebSocketFault>(&*next)) {
        finish(*fault);
        return true;
    }
    const auto &frame = std::get<QByteArray>(*next);
    m_clientCloses |= WebSocketFrames::isClose(frame);
    const QPointer<WebSocketConnection> self(this);
    const auto spoken = m_spoken;
    m_pumping = true;
    spoken->relay.feed(frame); // and out comes messageReceived()
    if (self)
        m_pumping = false;
    return true;
}

void WebSocketConnection::progressWriting()
{
    m_lastWrite.restart();
    if (m_parting)
        return;
    if (bytesToWrite() < FrameConnection::enoughWaiting && std::exchange(m_strained, false))
        Q_EMIT relieved();
}

} // namespace semper
