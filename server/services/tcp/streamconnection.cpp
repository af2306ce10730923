// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/tcp/streamconnection.h"

#include "boundary/frameconnection.h"
#include "net/parting.h"
#include "net/unsentbytes.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QLoggingCategory>
#include <QPointer>
#include <QSslSocket>
#include <QTcpSocket>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logStreamConnection, "semper.server.tcp", QtInfoMsg)

/// What is read of one client before others have their turn, and held where none is to be read.
constexpr qint64 readBufferBytes = 64 * 1024;
/// What its queue may have handed over before it holds back, and the answer to a command.
constexpr qint64 queueOfWatcher = FrameConnection::enoughWaiting + 4 * qint64(maximumFrameBytes);

} // namespace

StreamConnection::StreamConnection(QTcpSocket *socket, quint64 id, StreamFraming framing,
    const ServiceLimits &limits, qint64 messageCap, std::shared_ptr<TurnLine> line,
    QObject *partings)
    : MessageConnection(socket)
    , m_socket(socket)
    , m_partings(partings)
    , m_limits(limits)
    , m_framing(framing)
    , m_messageCap(messageCap)
    , m_frames(framing, messageLimit())
    , m_record(id, *socket)
    , m_facts{.id = id, .address = m_record.peer()}
    , m_turn(std::move(line), [this] { return doPiece(); })
{
    m_record.bound([this] { return m_frames.heldBytes() + bytesToWrite(); }, [this] { giveUp(); });
    m_lastActivity.start();
    m_lastRead.start();
    m_lastWrite.start();
    m_socket->setReadBufferSize(readBufferBytes);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    // Later: a handler may let the event loop turn, in which the client leaves, and the socket must
    // not be deleted inside its own signal.
    connect(m_socket, &QIODevice::readyRead, this, [this] { m_turn.askLater(); });
    connect(m_socket, &QAbstractSocket::disconnected, this, &StreamConnection::socketClosed);
    connect(m_socket, &QIODevice::bytesWritten, this, [this](qint64 bytes) {
        m_record.sent(bytes);
        progressWriting();
    });
    if (auto *tls = qobject_cast<QSslSocket *>(m_socket)) // where the above means: encrypted
        connect(tls, &QSslSocket::encryptedBytesWritten, this, &StreamConnection::progressWriting);
    m_turn.askLater(); // What came along with the end of a handshake is told of no more.
}

QString StreamConnection::kind() const
{
    return u"tcp"_s;
}

bool StreamConnection::isOpen() const
{
    return m_socket && !m_lost && !m_parting
        && m_socket->state() == QAbstractSocket::ConnectedState;
}

qint64 StreamConnection::bytesToWrite() const
{
    return m_socket ? unsentBytes(*m_socket) : 0;
}

bool StreamConnection::send(const Message &message)
{
    if (!isOpen())
        return false;
    const auto encoded = StreamFrames::encode(m_framing, message.bytes);
    if (!encoded)
        return false;
    const qint64 waiting = bytesToWrite();
    const qint64 most = std::max(m_limits.queueMaxBytes, m_watching ? queueOfWatcher : 0);
    if (waiting > 0 && waiting + encoded->size() > most) {
        qCWarning(logStreamConnection, "%ls does not read what it is sent; cut off",
            qUtf16Printable(m_facts.address));
        abortLater();
        return false;
    }
    if (waiting == 0)
        m_lastWrite.restart();
    m_lastActivity.restart();
    m_socket->write(*encoded);
    m_strained |= bytesToWrite() >= FrameConnection::enoughWaiting;
    return true;
}

void StreamConnection::finish(const WebSocketFault &)
{
    if (!m_socket) {
        forgetFrames();
        return setPaused(false);
    }
    if (m_lost || m_parting)
        return;
    m_parting = new Parting(*m_socket, Parting::Peer::MaySend);
    connect(m_parting, &Parting::dropped, this, [this](qint64 bytes) { m_record.received(bytes); });
    m_parting->begin();
}

void StreamConnection::setWatching()
{
    m_mayIdle = true;
    m_watching = true;
}

void StreamConnection::setPaused(bool paused)
{
    if (std::exchange(m_paused, paused) == paused || paused || m_delivering)
        return;
    m_turn.askLater();
}

void StreamConnection::close()
{
    finish({});
    if (m_parting)
        m_parting->endWithin(Parting::usualPatience);
}

void StreamConnection::abort()
{
    m_socket->abort();
}

void StreamConnection::giveUp()
{
    qCWarning(logStreamConnection,
        "%ls is cut off: clients hold too much memory together, and this one most",
        qUtf16Printable(m_facts.address));
    forgetFrames();
    if (m_socket)
        abortLater();
}

void StreamConnection::abortLater()
{
    m_lost = true;
    QMetaObject::invokeMethod(
        m_socket, [socket = m_socket] { socket->abort(); }, Qt::QueuedConnection);
}

std::optional<LiveConnection::Quiet> StreamConnection::quiet() const
{
    const bool isBusy = m_parting || m_lost || m_paused || m_turn.waits() || bytesToWrite() > 0;
    return isBusy ? std::nullopt : m_record.quiet();
}

void StreamConnection::enforceDeadlines()
{
    if (bytesToWrite() > 0 && m_lastWrite.hasExpired(m_limits.writeStall.count()))
        return m_socket->abort();
    if (m_parting)
        return;
    const bool isStalled = !m_paused && m_frames.hasBegun() && !m_turn.waits()
        && m_socket->bytesAvailable() == 0 && m_lastRead.hasExpired(m_limits.writeStall.count());
    if (isStalled)
        return refuse(u"frame_stalled"_s, u"the rest of a frame did not come"_s, {});
    const bool isIdle = m_limits.idleTimeout > 0ms && !m_mayIdle
        && m_lastActivity.hasExpired(m_limits.idleTimeout.count());
    if (isIdle)
        finish({});
}

qint64 StreamConnection::messageLimit() const
{
    return std::min(m_limits.messageMaxBytes, m_messageCap);
}

/// Hands on one frame, or reads what more came. True: there may be more to do.
bool StreamConnection::doPiece()
{
    if (!m_socket)
        return deliverLeft();
    if (m_parting || m_lost || m_paused || m_delivering)
        return false;
    m_lastRead.restart(); // of a client that was paused too: meanwhile nothing was read
    m_frames.setLimit(messageLimit());
    const QPointer<StreamConnection> self(this); // A handler may let the event loop turn.
    // Frames that were cut out before the client was to pause come first.
    bool isDone = deliver();
    if (!self)
        return false;
    if (!isDone && m_socket->bytesAvailable() > 0 && isOpen()) {
        const QByteArray bytes = m_socket->readAll();
        m_record.received(bytes.size());
        m_lastActivity.restart();
        m_frames.append(bytes);
        isDone = true;
    }
    if (m_socket)
        m_socket->flush(); // now: a client that ends its side with its question gets the answer
    return isDone;
}

/// Hands on one frame. False: none is whole.
bool StreamConnection::deliver()
{
    const auto next = isOpen() ? m_frames.next() : std::nullopt;
    if (!next)
        return false;
    const auto *frame = std::get_if<QByteArray>(&*next);
    if (!frame) {
        const QString detail = u"a frame may have %1 bytes"_s.arg(messageLimit());
        refuse(u"frame_too_long"_s, detail, {.code = closecode::messageTooBig, .detail = detail});
        return true;
    }
    hand(*frame);
    return true;
}

/// To who listens, and may end this connection within.
void StreamConnection::hand(const QByteArray &frame)
{
    const QPointer<StreamConnection> self(this);
    m_delivering = true;
    Q_EMIT messageReceived({.bytes = frame});
    if (self)
        m_delivering = false;
}

void StreamConnection::refuse(
    const QString &code, const QString &detail, const WebSocketFault &fault)
{
    const QJsonObject error{{keys::code, code}, {keys::detail, detail}};
    send({.bytes = encodeFrame(makeFrame(frames::error, error)).chopped(1)});
    finish(fault);
}

/// A client may end its side with its last frame, and a handler be at work on the first.
void StreamConnection::socketClosed()
{
    const bool isByClient = m_socket->error() == QAbstractSocket::RemoteHostClosedError;
    if (isByClient && !m_parting && !m_lost)
        m_frames.append(m_socket->readAll());
    else
        forgetFrames();
    if (!m_frames.hasBegun()) {
        Q_EMIT closed();
        return;
    }
    if (m_partings->children().size() >= m_limits.connections) {
        qCWarning(logStreamConnection,
            "%ls is gone, and what it sent last is dropped: too many wait like it",
            qUtf16Printable(m_facts.address));
        Q_EMIT closed();
        return;
    }
    m_socket = nullptr;
    setParent(m_partings);
    m_turn.askLater();
}

bool StreamConnection::deliverLeft()
{
    if (m_delivering || m_over || m_paused)
        return false;
    const auto next = m_frames.next();
    if (const auto *frame = next ? std::get_if<QByteArray>(&*next) : nullptr) {
        hand(*frame);
        return true;
    }
    m_over = true;
    Q_EMIT closed();
    deleteLater();
    return false;
}

void StreamConnection::forgetFrames()
{
    m_frames = StreamFrames(m_framing, messageLimit());
}

void StreamConnection::progressWriting()
{
    m_lastWrite.restart();
    if (m_parting)
        return;
    if (bytesToWrite() < FrameConnection::enoughWaiting && std::exchange(m_strained, false))
        Q_EMIT relieved();
}

} // namespace semper
