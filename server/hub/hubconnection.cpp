// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/hubconnection.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QLoggingCategory>
#include <QPointer>

#include <chrono>
#include <utility>

#include <sys/socket.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(log, "semper.server.hub")

constexpr auto timeToGreet = 5000ms;
constexpr auto timeToReadTheError = 2000ms;
constexpr qint64 readBufferBytes = 4 * maximumFrameBytes;
constexpr qint64 maximumWaitingBytes = 4 * 1024 * 1024;

} // namespace

HubConnection::HubConnection(QLocalSocket *socket, QObject *parent)
    : QObject(parent)
    , m_socket(socket)
    , m_peer(PeerCredentials::of(socket->socketDescriptor()).value_or(PeerCredentials{}))
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(readBufferBytes);
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        if (m_failed)
            m_socket->abort();
        else
            fail(u"no_hello"_s, u"say hello within %1 ms"_s.arg(timeToGreet.count()));
    });
    m_deadline.start(timeToGreet);
    connect(m_socket, &QLocalSocket::readyRead, this, &HubConnection::read);
    connect(m_socket, &QLocalSocket::bytesWritten, this, &HubConnection::bytesWritten);
    connect(m_socket, &QLocalSocket::disconnected, this, &HubConnection::closed);
    // What came before this object was there is not announced again.
    QMetaObject::invokeMethod(this, &HubConnection::read, Qt::QueuedConnection);
}

HubConnection::~HubConnection()
{
    m_socket->disconnect(this);
}

void HubConnection::setGreeted()
{
    m_deadline.stop();
}

void HubConnection::send(const QJsonObject &frame)
{
    write(encodeFrame(frame));
}

void HubConnection::write(const QByteArray &encoded)
{
    if (m_failed || m_socket->state() != QLocalSocket::ConnectedState)
        return;
    if (m_socket->bytesToWrite() + encoded.size() > maximumWaitingBytes) {
        qCWarning(log, "pid %d does not read what it is sent; cut off", m_peer.pid);
        m_failed = true;
        // Not from inside write(): the caller may still hold this connection.
        QMetaObject::invokeMethod(m_socket, &QLocalSocket::abort, Qt::QueuedConnection);
        return;
    }
    m_socket->write(encoded);
}

void HubConnection::fail(const QString &code, const QString &detail)
{
    if (m_failed)
        return;
    qCInfo(log, "closing the connection of pid %d: %s: %s", m_peer.pid, qUtf8Printable(code),
        qUtf8Printable(detail));
    send(makeFrame(frames::error, {{keys::code, code}, {keys::detail, detail}}));
    m_failed = true;
    m_deadline.start(timeToReadTheError);
    connect(m_socket, &QLocalSocket::bytesWritten, this, &HubConnection::endOutput);
    m_socket->flush();
    endOutput();
}

// Closing while the peer still writes would reset the connection, and the error would be lost:
// the peer sees the end, and what it sends meanwhile is read and thrown away.
void HubConnection::endOutput()
{
    if (m_socket->bytesToWrite() == 0)
        ::shutdown(int(m_socket->socketDescriptor()), SHUT_WR);
}

void HubConnection::read()
{
    // One buffer's worth at a time, so that a peer that never pauses leaves turns to others.
    take(m_socket->readAll());
}

void HubConnection::drain()
{
    const QPointer alive(this);
    read();
    if (!alive)
        return;
    QByteArray bytes(readBufferBytes, Qt::Uninitialized);
    const ssize_t size = ::recv(
        int(m_socket->socketDescriptor()), bytes.data(), std::size_t(bytes.size()), MSG_DONTWAIT);
    if (size > 0)
        take(bytes.first(size));
}

void HubConnection::take(const QByteArray &bytes)
{
    if (m_failed)
        return;
    m_reader.append(bytes);
    const QPointer alive(this);
    while (alive && !m_failed) {
        const auto item = m_reader.next();
        if (!item)
            return;
        if (const auto *error = std::get_if<FrameError>(&*item))
            return fail(error->code, error->detail);
        Q_EMIT frameReceived(std::get<QJsonObject>(*item));
    }
}

} // namespace semper
