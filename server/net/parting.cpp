// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/parting.h"

#include "net/unsentbytes.h"

#include <QSslSocket>
#include <QTimer>

#include <algorithm>
#include <optional>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr std::chrono::milliseconds longEnough = 200ms;

/// For how long nothing has come from the client, and what makes that silence: with a slow network,
/// two turns of a packet. Not by readyRead, which waits for the end of a record of TLS.
/// Source: tcp(7), TCP_INFO.
struct Silence
{
    std::chrono::milliseconds since;
    std::chrono::milliseconds enough;
};

std::optional<Silence> silenceOf(int descriptor)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return std::nullopt; // no TCP, or the client is gone
    char byte = 0;
    const bool isUnread = ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    const auto turn = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::microseconds(info.tcpi_rtt));
    return Silence{.since = isUnread ? 0ms : std::chrono::milliseconds(info.tcpi_last_data_recv),
        .enough = std::max(longEnough, 2 * turn)};
}

} // namespace

Parting::Parting(QTcpSocket &socket, Peer peer, std::chrono::milliseconds patience)
    : QObject(&socket)
    , m_socket(socket)
    , m_peer(peer)
    , m_patience(patience)
    , m_unsent([&socket] { return unsentBytes(socket); })
{
    connect(&m_limit, &PatientTimer::timeout, &socket, &QAbstractSocket::abort);
}

void Parting::begin()
{
    if (m_socket.state() != QAbstractSocket::ConnectedState)
        return;
    m_socket.flush();
    connect(&m_socket, &QIODevice::bytesWritten, this, &Parting::progress);
    if (auto *tls = qobject_cast<QSslSocket *>(&m_socket)) // where the above means: encrypted
        connect(tls, &QSslSocket::encryptedBytesWritten, this, &Parting::progress);
    progress();
    connect(&m_socket, &QIODevice::readyRead, this, &Parting::drop);
    // Not now: what has come may be in the hands of who called.
    QMetaObject::invokeMethod(this, &Parting::drop, Qt::QueuedConnection);
}

void Parting::progress()
{
    if (m_isSent || m_unsent() > 0 || m_socket.state() != QAbstractSocket::ConnectedState)
        return;
    m_isSent = true;
    startLimit(m_patience);
    if (m_peer != Peer::Answers)
        endWriting();
}

void Parting::endWithin(std::chrono::milliseconds limit)
{
    m_isBounded = true;
    startLimit(limit);
}

void Parting::startLimit(std::chrono::milliseconds limit)
{
    if (!m_limit.isActive() || m_limit.remaining() > limit)
        m_limit.start(limit);
}

void Parting::drop()
{
    const qint64 bytes = m_socket.isOpen() ? m_socket.skip(m_socket.bytesAvailable()) : 0;
    if (bytes > 0)
        Q_EMIT dropped(bytes);
}

/// With TLS never at once, for who called goes on with an open socket.
void Parting::endWriting()
{
    if (qobject_cast<QSslSocket *>(&m_socket))
        QTimer::singleShot(0ms, this, &Parting::endTls);
    else
        ::shutdown(int(m_socket.socketDescriptor()), SHUT_WR);
}

/// QSslSocket knows no half of a connection: it cannot send its close_notify and read on.
void Parting::endTls()
{
    if (m_unsent() > 0) { // It was between two buffers of QSslSocket, which count none of it then.
        m_isSent = false;
        if (!m_isBounded)
            m_limit.stop();
        return;
    }
    const auto silence
        = m_peer == Peer::MaySend ? silenceOf(int(m_socket.socketDescriptor())) : std::nullopt;
    if (silence && silence->since < silence->enough)
        QTimer::singleShot(silence->enough - silence->since, this, &Parting::endTls);
    else
        m_socket.disconnectFromHost();
}

} // namespace semper
