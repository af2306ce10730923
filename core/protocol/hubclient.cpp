// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/hubclient.h"

#include "files/trustedpath.h"

#include <QDeadlineTimer>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr qint64 maximumWaitingBytes = 1024 * 1024;
// What the hub sends can be larger than what peers may send only by a frame that cannot be split.
constexpr qsizetype maximumReceivedBytes = 1024 * 1024;

QString explain(const QLocalSocket &socket)
{
    if (socket.error() == QLocalSocket::ServerNotFoundError)
        return u"there is no such socket"_s;
    if (socket.error() == QLocalSocket::ConnectionRefusedError)
        return u"nobody listens there"_s;
    if (socket.error() == QLocalSocket::SocketAccessError)
        return u"it belongs to another user"_s;
    return socket.errorString();
}

/// Why not to believe who listens at \a path, by the kernel's word. Root may also visit the server
/// of somebody else, but only where nobody but that user could have put the socket.
std::optional<QString> distrustOfPeer(qintptr socket, const QString &path)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(int(socket), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return u"nobody knows who listens there: %1"_s.arg(qt_error_string(errno));
    if (peer.uid == 0 || peer.uid == ::geteuid())
        return std::nullopt;
    if (::geteuid() == 0 && !distrustOfPath(path, peer.uid))
        return std::nullopt;
    return u"uid %1 listens there, and not this user: not trusted"_s.arg(peer.uid);
}

} // namespace

HubClient::HubClient(HubAddress address, Reconnect reconnect, QObject *parent)
    : QObject(parent)
    , m_address(std::move(address))
    , m_reconnect(reconnect)
    , m_reader(maximumReceivedBytes)
{
    m_retry.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &HubClient::open);
    connect(&m_socket, &QLocalSocket::connected, this, [this] {
        if (auto distrust = distrustOfPeer(m_socket.socketDescriptor(), m_address.path)) {
            m_complaint = std::move(*distrust);
            m_socket.abort();
            return;
        }
        m_delay.reset();
        Q_EMIT opened();
    });
    connect(&m_socket, &QLocalSocket::readyRead, this, &HubClient::readFrames);
    connect(&m_socket, &QLocalSocket::disconnected, this, [this] {
        const QString complaint = std::exchange(m_complaint, {});
        lost(complaint.isEmpty() ? u"the server closed the connection"_s : complaint);
    });
    // A refused attempt may be reported from inside connectToServer(): not while open() runs.
    connect(
        &m_socket, &QLocalSocket::errorOccurred, this,
        [this] {
            if (m_wanted && m_socket.state() == QLocalSocket::UnconnectedState
                && !m_retry.isActive())
                lost(explain(m_socket));
        },
        Qt::QueuedConnection);
}

HubClient::~HubClient()
{
    m_socket.disconnect(this);
}

bool HubClient::isConnected() const
{
    return m_socket.state() == QLocalSocket::ConnectedState;
}

std::chrono::milliseconds HubClient::nextAttemptIn() const
{
    return std::max(0ms, m_retry.remainingTimeAsDuration());
}

qint64 HubClient::bytesToWrite() const
{
    return m_socket.bytesToWrite();
}

void HubClient::open()
{
    m_wanted = true;
    m_retry.stop();
    if (m_socket.state() != QLocalSocket::UnconnectedState)
        return;
    m_reader = FrameReader(maximumReceivedBytes);
    if (m_address.path.isEmpty())
        return adopt();
    m_socket.connectToServer(m_address.path);
}

void HubClient::adopt()
{
    m_reconnect = Reconnect::Never;
    const int descriptor = std::exchange(m_address.descriptor, -1);
    if (descriptor < 0 || !m_socket.setSocketDescriptor(descriptor))
        return lost(u"the connection that it was given is gone"_s);
    Q_EMIT opened(); // Qt does not tell
}

void HubClient::close()
{
    m_wanted = false;
    m_retry.stop();
    m_socket.disconnectFromServer();
}

bool HubClient::send(const QJsonObject &frame)
{
    if (!isConnected() || m_socket.bytesToWrite() > maximumWaitingBytes)
        return false;
    m_socket.write(encodeFrame(frame));
    return true;
}

void HubClient::flush(std::chrono::milliseconds limit)
{
    const QDeadlineTimer deadline(limit);
    while (isConnected() && m_socket.bytesToWrite() > 0 && !deadline.hasExpired())
        m_socket.waitForBytesWritten(int(deadline.remainingTime()));
}

void HubClient::readFrames()
{
    m_reader.append(m_socket.readAll());
    while (const auto item = m_reader.next()) {
        if (const auto *error = std::get_if<FrameError>(&*item)) {
            m_complaint = u"the server sent nonsense: %1"_s.arg(error->detail);
            m_socket.abort();
            return;
        }
        Q_EMIT frameReceived(std::get<QJsonObject>(*item));
    }
}

void HubClient::lost(const QString &reason)
{
    if (m_reconnect == Reconnect::Never) {
        m_wanted = false;
    } else if (m_wanted && !m_retry.isActive()) {
        m_retry.start(m_delay.next());
    }
    Q_EMIT closed(reason);
}

} // namespace semper
