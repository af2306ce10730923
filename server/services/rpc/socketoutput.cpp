// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/socketoutput.h"

#include "net/unsentbytes.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace semper {

SocketOutput::SocketOutput(QTcpSocket *socket, QObject *parent)
    : QObject(parent)
    , m_socket(socket)
    , m_isTls(qobject_cast<QSslSocket *>(socket))
{
    const auto *tls = qobject_cast<const QSslSocket *>(socket);
    if (!tls)
        return;
    // The first tells only that they are encrypted, and counts them; the second that some left.
    connect(tls, &QIODevice::bytesWritten, this, &SocketOutput::written);
    connect(tls, &QSslSocket::encryptedBytesWritten, this, [this] { Q_EMIT written(0); });
}

SocketOutput::~SocketOutput()
{
    m_writable.reset();
    if (m_ownEnd >= 0)
        ::close(m_ownEnd);
}

void SocketOutput::write(const QByteArray &bytes)
{
    if (m_isTls) {
        if (m_socket && m_socket->state() == QAbstractSocket::ConnectedState)
            m_socket->write(bytes);
        return;
    }
    const bool isFirst = m_bytes.isEmpty();
    m_bytes += bytes;
    if (isFirst)
        flush();
}

qint64 SocketOutput::unsent() const
{
    if (m_isTls)
        return m_socket ? unsentBytes(*m_socket) : 0;
    return m_bytes.size();
}

void SocketOutput::setNeeded(bool needed)
{
    m_needed = needed;
    updateOwnEnd();
}

int SocketOutput::descriptor() const
{
    if (m_ownEnd >= 0)
        return m_ownEnd;
    return m_socket ? static_cast<int>(m_socket->socketDescriptor()) : -1;
}

void SocketOutput::flush()
{
    qint64 taken = 0;
    while (!m_bytes.isEmpty()) {
        const ssize_t sent = ::send(descriptor(), m_bytes.constData(),
            static_cast<size_t>(m_bytes.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            m_bytes.clear();
            updateOwnEnd();
            Q_EMIT failed();
            return;
        }
        if (sent < 0)
            break;
        taken += sent;
        m_bytes.remove(0, sent);
    }
    updateOwnEnd();
    if (!m_bytes.isEmpty() && m_ownEnd < 0) { // Nobody would tell when there is room for the rest.
        m_bytes.clear();
        Q_EMIT failed();
        return;
    }
    if (taken > 0)
        Q_EMIT written(taken);
}

/// A connection that is idle, which is what most of them are, has one descriptor.
void SocketOutput::updateOwnEnd()
{
    const bool wanted = !m_isTls && (m_needed || !m_bytes.isEmpty());
    if (wanted && m_ownEnd < 0 && m_socket && m_socket->socketDescriptor() >= 0
        && DescriptorShare::isFree()) {
        m_ownEnd = ::fcntl(static_cast<int>(m_socket->socketDescriptor()), F_DUPFD_CLOEXEC, 0);
        if (m_ownEnd >= 0) {
            m_share.emplace();
            m_writable = std::make_unique<QSocketNotifier>(m_ownEnd, QSocketNotifier::Write);
            connect(m_writable.get(), &QSocketNotifier::activated, this, &SocketOutput::flush);
        }
    }
    if (m_writable)
        m_writable->setEnabled(!m_bytes.isEmpty());
    if (wanted || m_ownEnd < 0)
        return;
    // Not while its own signal is being handled.
    m_writable.release()->deleteLater();
    ::close(std::exchange(m_ownEnd, -1));
    m_share.reset();
}

} // namespace semper
