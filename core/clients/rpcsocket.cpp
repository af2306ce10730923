// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rpcsocket.h"

#include "trust.h"

#include <QLocalSocket>
#include <QSslSocket>

#include <stdexcept>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 readBufferBytes = 256 * 1024;

bool isAddress(const QUrl &address)
{
    if (address.scheme() == "unix"_L1)
        return address.path().startsWith(u'/') && address.host().isEmpty();
    const bool isStream = address.scheme() == "tcp"_L1 || address.scheme() == "tls"_L1;
    return isStream && !address.host().isEmpty() && address.port() > 0
        && (address.path().isEmpty() || address.path() == "/"_L1);
}

} // namespace

RpcSocket::RpcSocket(QUrl address, const QByteArray &authorities)
    : m_address(std::move(address))
    , m_name(m_address.toString(QUrl::RemoveUserInfo))
    , m_tls(QSslConfiguration::defaultConfiguration())
{
    if (!isAddress(m_address))
        throw std::invalid_argument("an address is tcp://HOST:PORT, tls://HOST:PORT, unix:/PATH, "
                                    "http://HOST... or https://HOST...");
    if (!authorities.isEmpty())
        addAuthorities(m_tls, authorities);
}

RpcSocket::~RpcSocket()
{
    if (m_device)
        m_device->disconnect(this);
    delete m_device;
}

void RpcSocket::open()
{
    if (m_device)
        return;
    if (m_address.scheme() == "unix"_L1)
        openLocal();
    else
        openStream();
}

void RpcSocket::openStream()
{
    auto *socket = new QSslSocket(this);
    m_device = socket;
    socket->setReadBufferSize(readBufferBytes);
    const bool encrypted = m_address.scheme() == "tls"_L1;
    if (encrypted)
        connect(socket, &QSslSocket::encrypted, this, &RpcSocket::becomeOpen);
    else
        connect(socket, &QSslSocket::connected, this, &RpcSocket::becomeOpen);
    // What came last is read before the end is told.
    connect(socket, &QAbstractSocket::disconnected, this, [this, socket] {
        read();
        abort(socket->errorString());
    });
    connect(socket, &QAbstractSocket::errorOccurred, this,
        [this, socket](QAbstractSocket::SocketError error) {
            if (error != QAbstractSocket::RemoteHostClosedError)
                abort(socket->errorString());
        });
    connect(socket, &QIODevice::readyRead, this, &RpcSocket::read);
    connect(socket, &QIODevice::bytesWritten, this, [this] {
        if (m_isOpen && unsent() == 0)
            Q_EMIT drained();
    });
    const auto port = static_cast<quint16>(m_address.port());
    if (encrypted) {
        socket->setSslConfiguration(m_tls);
        socket->connectToHostEncrypted(m_address.host(), port);
    } else {
        socket->connectToHost(m_address.host(), port);
    }
}

void RpcSocket::openLocal()
{
    auto *socket = new QLocalSocket(this);
    m_device = socket;
    socket->setReadBufferSize(readBufferBytes);
    connect(socket, &QLocalSocket::connected, this, &RpcSocket::becomeOpen);
    connect(socket, &QLocalSocket::disconnected, this, [this, socket] {
        read();
        abort(socket->errorString());
    });
    connect(socket, &QLocalSocket::errorOccurred, this,
        [this, socket](QLocalSocket::LocalSocketError error) {
            if (error != QLocalSocket::PeerClosedError)
                abort(socket->errorString());
        });
    connect(socket, &QIODevice::readyRead, this, &RpcSocket::read);
    connect(socket, &QIODevice::bytesWritten, this, [this] {
        if (m_isOpen && unsent() == 0)
            Q_EMIT drained();
    });
    // It may fail within the call, and who asked for it is not to be told in the middle of that.
    QMetaObject::invokeMethod(
        socket, [this, socket] { socket->connectToServer(m_address.path()); },
        Qt::QueuedConnection);
}

void RpcSocket::becomeOpen()
{
    m_isOpen = true;
    Q_EMIT opened();
}

void RpcSocket::read()
{
    while (m_device && m_device->bytesAvailable() > 0) {
        const QByteArray bytes = m_device->readAll();
        if (bytes.isEmpty())
            return;
        Q_EMIT received(bytes); // which may abort()
    }
}

void RpcSocket::abort(const QString &why)
{
    if (!m_device)
        return;
    QIODevice *device = std::exchange(m_device, nullptr);
    m_isOpen = false;
    device->disconnect(this);
    device->close();
    device->deleteLater();
    Q_EMIT closed(why);
}

void RpcSocket::write(const QByteArray &bytes)
{
    if (m_isOpen)
        m_device->write(bytes);
}

qint64 RpcSocket::unsent() const
{
    if (const auto *tls = qobject_cast<const QSslSocket *>(m_device))
        return tls->bytesToWrite() + tls->encryptedBytesToWrite();
    return m_device ? m_device->bytesToWrite() : 0;
}

} // namespace semper
