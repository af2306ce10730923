// SPDX-License-Identifier: LGPL-3.0-or-later
#include "websocketchannel.h"

#include <semper/suspension.h>
#include <semper/taskscope.h>

#include <QNetworkRequest>
#include <QSslSocket>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include <exception>
#include <stdexcept>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr int closedWithoutAWord = 1006; ///< RFC 6455
constexpr auto goodbyeLimit = 5s;
/// A connection that stood this long was a good one: the next delay is the first again.
constexpr auto goodWhile = 10s;

void resumeAll(QList<Suspension *> &suspensions)
{
    for (Suspension *suspension : std::exchange(suspensions, {}))
        suspension->resume();
}

void failAll(QList<Suspension *> &suspensions, const WebSocketError &error)
{
    for (Suspension *suspension : std::exchange(suspensions, {}))
        suspension->fail(std::make_exception_ptr(error));
}

/// What \a socket encrypts with; nothing without TLS, or without a connection.
[[nodiscard]] const QSslSocket *tlsOf(const QWebSocket *socket)
{
    return socket ? socket->findChild<QSslSocket *>(QString(), Qt::FindDirectChildrenOnly)
                  : nullptr;
}

} // namespace

void WebSocketChannel::DeleteSocket::operator()(QWebSocket *socket) const
{
    socket->disconnect();
    if (const auto *tls = tlsOf(socket))
        QObject::disconnect(tls, &QSslSocket::encryptedBytesWritten, nullptr, nullptr);
    // The goodbye is flushed and no more: what the system does not take at once is lost.
    if (socket->state() == QAbstractSocket::ConnectedState)
        socket->close(QWebSocketProtocol::CloseCodeGoingAway);
    else
        socket->abort();
    socket->deleteLater(); // it may be its own signal that brought us here
}

WebSocketChannel::WebSocketChannel(TaskScope &scope, const QUrl &url)
    : m_scope(scope)
    , m_deadline(scope.clock().timer([this] {
        lose(error(m_state == State::Connecting ? WebSocketError::Kind::Timeout
                                                : WebSocketError::Kind::Closed,
            u"no answer in time"_s));
    }))
    , m_retry(scope.clock().timer([this] { open(); }))
    , m_pings(scope.clock().timer([this] { ping(); }))
{
    const QString scheme = url.scheme();
    if (!url.isValid() || url.host().isEmpty() || (scheme != "ws"_L1 && scheme != "wss"_L1))
        throw std::invalid_argument("a WebSocket needs an address like wss://host/path");
    m_settings.url = url;
    connect(&scope, &TaskScope::stopping, this, &WebSocketChannel::shutDown);
}

WebSocketChannel::~WebSocketChannel() = default;

QString WebSocketChannel::subprotocol() const
{
    return isConnected() ? m_socket->subprotocol() : QString();
}

WebSocketError WebSocketChannel::error(
    WebSocketError::Kind kind, const QString &why, int closeCode) const
{
    const QString address = m_settings.url.toDisplayString(
        QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment);
    return {kind, address + u": "_s + why, closeCode};
}

void WebSocketChannel::awaitConnection(Suspension &opened)
{
    if (isConnected() && !m_saysGoodbye) {
        m_queue.forgetLosses();
        opened.resume();
        return;
    }
    m_opening.append(&opened);
    if (m_state == State::Idle)
        open();
}

void WebSocketChannel::awaitWritten(Suspension &written, const QByteArray &bytes, bool isText)
{
    // Behind a goodbye Qt sends nothing any more, and does not say so.
    if (!isConnected() || m_saysGoodbye) {
        written.fail(
            std::make_exception_ptr(error(WebSocketError::Kind::NotConnected, u"not connected"_s)));
        return;
    }
    if (unsentBytes() > 0 && unsentBytes() + bytes.size() > m_settings.maximumQueuedBytes) {
        const QString why = u"more than %1 bytes wait to be sent"_s;
        written.fail(std::make_exception_ptr(
            error(WebSocketError::Kind::Overflow, why.arg(m_settings.maximumQueuedBytes))));
        return;
    }
    m_writing.append(&written);
    if (isText)
        m_socket->sendTextMessage(QString::fromUtf8(bytes));
    else
        m_socket->sendBinaryMessage(bytes);
    tellWritten();
}

void WebSocketChannel::awaitMessage(Receiver &receiver)
{
    if (auto item = m_queue.takeFirst()) {
        if (const auto *loss = std::get_if<WebSocketError>(&*item)) {
            receiver.arrived.fail(std::make_exception_ptr(*loss));
            return;
        }
        receiver.message = std::move(std::get<WebSocketClient::Message>(*item));
        receiver.arrived.resume();
    } else if (m_state == State::Idle || m_state == State::Closing) {
        receiver.arrived.fail(
            std::make_exception_ptr(error(WebSocketError::Kind::NotConnected, u"not connected"_s)));
    } else {
        m_receiving.append(&receiver);
    }
}

void WebSocketChannel::awaitClosed(Suspension &closed, int code, const QString &reason)
{
    if (!isConnected()) {
        shutDown();
        closed.resume();
        return;
    }
    m_closing.append(&closed);
    m_state = State::Closing;
    m_deadline->start(goodbyeLimit);
    m_socket->close(QWebSocketProtocol::CloseCode(code), reason);
}

void WebSocketChannel::forget(Suspension &suspension)
{
    m_opening.removeAll(&suspension);
    m_writing.removeAll(&suspension);
    m_closing.removeAll(&suspension);
    m_receiving.removeIf(
        [&suspension](const Receiver *receiver) { return &receiver->arrived == &suspension; });
}

void WebSocketChannel::giveUp(const Suspension &written, const WebSocketError &error)
{
    if (m_writing.contains(&written))
        lose(error);
}

void WebSocketChannel::shutDown()
{
    m_state = State::Closing;
    lose(error(WebSocketError::Kind::NotConnected, u"closed by this side"_s));
}

void WebSocketChannel::open()
{
    if (m_scope.stopRequested())
        return;
    m_state = State::Connecting;
    m_saysGoodbye = false;
    m_tlsErrors.clear();
    m_socket.reset(new QWebSocket);
    connectSignals();
    m_socket->setSslConfiguration(m_settings.tls);
    m_socket->setMaxAllowedIncomingMessageSize(quint64(m_settings.maximumMessageBytes));
    m_socket->setMaxAllowedIncomingFrameSize(quint64(m_settings.maximumMessageBytes));
    QNetworkRequest request(m_settings.url);
    for (const auto &[name, value] : std::as_const(m_settings.headers))
        request.setRawHeader(name, value);
    QWebSocketHandshakeOptions options;
    options.setSubprotocols(m_settings.subprotocols);
    m_deadline->start(m_settings.timeout);
    m_socket->open(request, options);
    m_handshake.watch(*m_socket);
    // The signals of QWebSocket know nothing of what is encrypted and not sent yet.
    if (const auto *tls = tlsOf(m_socket.get()))
        connect(tls, &QSslSocket::encryptedBytesWritten, this, &WebSocketChannel::tellWritten);
}

void WebSocketChannel::connectSignals()
{
    QWebSocket *socket = m_socket.get();
    connect(socket, &QWebSocket::connected, this, &WebSocketChannel::becomeConnected);
    connect(socket, &QWebSocket::disconnected, this, &WebSocketChannel::becomeDisconnected);
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(socket, &QWebSocket::errorOccurred, this, &WebSocketChannel::handleError);
#else
    connect(socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this,
        &WebSocketChannel::handleError);
#endif
    connect(socket, &QWebSocket::sslErrors, this, [this](const QList<QSslError> &errors) {
        QStringList texts;
        for (const QSslError &it : errors)
            texts.append(it.errorString());
        m_tlsErrors = texts.join(u"; "_s);
    });
    connect(socket, &QWebSocket::aboutToClose, this, [this] {
        m_saysGoodbye = true;
        m_deadline->start(goodbyeLimit);
    });
    connect(socket, &QWebSocket::bytesWritten, this, &WebSocketChannel::tellWritten);
    connect(socket, &QWebSocket::textMessageReceived, this,
        [this](const QString &text) { take({.isText = true, .bytes = text.toUtf8()}); });
    connect(socket, &QWebSocket::binaryMessageReceived, this,
        [this](const QByteArray &bytes) { take({.isText = false, .bytes = bytes}); });
    const auto isAlive = [this] { m_pongAwaited = false; };
    connect(socket, &QWebSocket::pong, this, isAlive);
    connect(socket, &QWebSocket::textFrameReceived, this, isAlive);
    connect(socket, &QWebSocket::binaryFrameReceived, this, isAlive);
}

void WebSocketChannel::becomeConnected()
{
    m_deadline->stop();
    m_handshake.handshakeDone();
    m_state = State::Connected;
    m_connectedAt = m_scope.clock().now();
    m_failure.reset();
    m_pongAwaited = false;
    if (m_settings.pingInterval > 0ms)
        m_pings->start(m_settings.pingInterval);
    if (!m_opening.isEmpty())
        m_queue.forgetLosses();
    resumeAll(m_opening);
}

void WebSocketChannel::becomeDisconnected()
{
    if (m_state == State::Connecting) {
        lose(error(WebSocketError::Kind::Unreachable, u"closed before the handshake was done"_s));
        return;
    }
    const int code = m_saysGoodbye ? int(m_socket->closeCode()) : closedWithoutAWord;
    const QString reason = m_saysGoodbye ? m_socket->closeReason() : QString();
    const QString why = u"closed with %1 %2"_s.arg(code).arg(reason).trimmed();
    lose(error(code == QWebSocketProtocol::CloseCodeTooMuchData ? WebSocketError::Kind::TooLarge
                                                                : WebSocketError::Kind::Closed,
        why, code));
}

void WebSocketChannel::handleError(QAbstractSocket::SocketError socketError)
{
    const QString why = m_tlsErrors.isEmpty() ? m_socket->errorString() : m_tlsErrors;
    if (m_state == State::Connecting) {
        if (const QString refusal = m_handshake.refusal(); !refusal.isEmpty())
            return lose(error(WebSocketError::Kind::Unreachable, refusal));
        const bool isOfTls = socketError == QAbstractSocket::SslHandshakeFailedError;
        lose(error(isOfTls ? WebSocketError::Kind::Tls : WebSocketError::Kind::Unreachable, why));
    } else if (socketError != QAbstractSocket::RemoteHostClosedError && !m_saysGoodbye) {
        lose(error(WebSocketError::Kind::Closed, why, closedWithoutAWord));
    } // else disconnected() follows, and knows more
}

void WebSocketChannel::take(WebSocketClient::Message message)
{
    if (!m_receiving.isEmpty()) {
        Receiver *receiver = m_receiving.takeFirst();
        receiver->message = std::move(message);
        receiver->arrived.resume();
        return;
    }
    if (m_queue.append(message, m_settings.maximumQueuedMessages, m_settings.maximumQueuedBytes))
        return;
    const int code = QWebSocketProtocol::CloseCodePolicyViolated;
    m_socket->disconnect(this);
    m_socket->close(QWebSocketProtocol::CloseCode(code), u"too many messages"_s);
    lose(error(WebSocketError::Kind::Overflow,
        u"more than %1 messages or %2 bytes waited to be received"_s
            .arg(m_settings.maximumQueuedMessages)
            .arg(m_settings.maximumQueuedBytes),
        code));
}

void WebSocketChannel::ping()
{
    if (std::exchange(m_pongAwaited, true)) {
        lose(error(WebSocketError::Kind::Closed,
            u"no sign of life within %1 ms"_s.arg(m_settings.pingInterval.count()),
            closedWithoutAWord));
        return;
    }
    m_socket->ping();
    m_pings->start(m_settings.pingInterval);
}

void WebSocketChannel::tellWritten()
{
    if (isConnected() && unsentBytes() == 0)
        resumeAll(m_writing);
}

qint64 WebSocketChannel::unsentBytes() const
{
    const auto *tls = tlsOf(m_socket.get());
    return m_socket->bytesToWrite() + (tls ? tls->encryptedBytesToWrite() : 0);
}

void WebSocketChannel::lose(const WebSocketError &error)
{
    const bool wasOpen = m_state == State::Connected;
    const bool isWanted = m_state != State::Closing;
    const bool triesAgain = isWanted && m_settings.delay;
    m_deadline->stop();
    m_pings->stop();
    m_retry->stop();
    m_socket.reset();
    m_failure = error;
    m_state = triesAgain ? State::Waiting : State::Idle;

    failAll(m_writing, error);
    resumeAll(m_closing);
    if (!triesAgain)
        failAll(m_opening, error);
    if (wasOpen && m_receiving.isEmpty())
        m_queue.appendLoss(error);
    if (wasOpen || !triesAgain) {
        for (Receiver *receiver : std::exchange(m_receiving, {}))
            receiver->arrived.fail(std::make_exception_ptr(error));
    }
    if (!triesAgain)
        return;
    if (wasOpen && m_scope.clock().now() - m_connectedAt >= goodWhile)
        m_settings.delay->reset();
    m_retry->start(m_settings.delay->next());
}

} // namespace semper
