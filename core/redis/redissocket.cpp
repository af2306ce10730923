// SPDX-License-Identifier: LGPL-3.0-or-later
#include "redis/redissocket.h"

#include <semper/redisaddress.h>

#include <QFile>
#include <QLocalSocket>
#include <QNetworkProxy>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpSocket>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// A flood of answers must not keep timers and heartbeat waiting.
constexpr qint64 readBufferBytes = 1024 * 1024;

} // namespace

RedisSocket::RedisSocket(QObject *parent)
    : QObject(parent)
{ }

RedisSocket::~RedisSocket()
{
    abort();
}

void RedisSocket::open(const RedisAddress &address)
{
    switch (address.transport) {
    case RedisAddress::Transport::Tcp:
        openTcp(address);
        break;
    case RedisAddress::Transport::Tls:
        openTls(address);
        break;
    case RedisAddress::Transport::Unix:
        openLocal(address);
        break;
    }
}

void RedisSocket::openTcp(const RedisAddress &address)
{
    auto *socket = new QTcpSocket(this);
    watch(socket);
    connect(socket, &QTcpSocket::connected, this, &RedisSocket::opened);
    socket->connectToHost(address.host, address.port);
}

void RedisSocket::openTls(const RedisAddress &address)
{
    auto *socket = new QSslSocket(this);
    watch(socket);
    if (!prepareTls(*socket, address)) {
        QMetaObject::invokeMethod(
            this, [this] { fail(m_tlsProblem); }, Qt::QueuedConnection);
        return;
    }
    connect(socket, &QSslSocket::encrypted, this, &RedisSocket::opened);
    connect(socket, &QSslSocket::sslErrors, this, [this](const QList<QSslError> &errors) {
        m_tlsProblem = u"TLS: "_s + errors.constFirst().errorString();
    });
    const QString name = address.serverName.isEmpty() ? address.host : address.serverName;
    socket->connectToHostEncrypted(address.host, address.port, name);
}

bool RedisSocket::prepareTls(QSslSocket &socket, const RedisAddress &address)
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    if (!address.caFile.isEmpty()) {
        const QList<QSslCertificate> authorities = QSslCertificate::fromPath(address.caFile);
        if (authorities.isEmpty()) {
            m_tlsProblem = u"TLS: no certificate in %1"_s.arg(address.caFile);
            return false;
        }
        configuration.setCaCertificates(authorities);
    }
    if (!address.certificateFile.isEmpty()) {
        QFile file(address.keyFile);
        const QByteArray pem = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        QSslKey key(pem, QSsl::Rsa);
        if (key.isNull())
            key = QSslKey(pem, QSsl::Ec);
        const QList<QSslCertificate> chain = QSslCertificate::fromPath(address.certificateFile);
        if (key.isNull() || chain.isEmpty()) {
            m_tlsProblem = u"TLS: no certificate in %1, or no key for it in %2"_s.arg(
                address.certificateFile, address.keyFile);
            return false;
        }
        configuration.setLocalCertificateChain(chain);
        configuration.setPrivateKey(key);
    }
    socket.setSslConfiguration(configuration);
    return true;
}

void RedisSocket::openLocal(const RedisAddress &address)
{
    auto *socket = new QLocalSocket(this);
    m_device = socket;
    socket->setReadBufferSize(readBufferBytes);
    connect(socket, &QLocalSocket::connected, this, &RedisSocket::opened);
    connect(socket, &QLocalSocket::readyRead, this, &RedisSocket::readable);
    connect(socket, &QLocalSocket::errorOccurred, this,
        [this, socket] { fail(socket->errorString()); });
    // An address that cannot be reached may fail inside of this call.
    QMetaObject::invokeMethod(
        socket, [socket, path = address.path] { socket->connectToServer(path); },
        Qt::QueuedConnection);
}

void RedisSocket::watch(QAbstractSocket *socket)
{
    m_device = socket;
    socket->setProxy(QNetworkProxy::NoProxy);
    socket->setReadBufferSize(readBufferBytes);
    connect(socket, &QAbstractSocket::connected, this, [socket] {
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    });
    connect(socket, &QAbstractSocket::readyRead, this, &RedisSocket::readable);
    connect(socket, &QAbstractSocket::errorOccurred, this,
        [this, socket] { fail(m_tlsProblem.isEmpty() ? socket->errorString() : m_tlsProblem); });
}

void RedisSocket::write(const QByteArray &bytes)
{
    m_device->write(bytes);
}

QByteArray RedisSocket::read()
{
    return m_device->readAll();
}

qint64 RedisSocket::bytesToWrite() const
{
    qint64 bytes = m_device->bytesToWrite();
    if (const auto *tls = qobject_cast<const QSslSocket *>(m_device))
        bytes += tls->encryptedBytesToWrite();
    return bytes;
}

void RedisSocket::abort()
{
    m_over = true;
    if (!m_device)
        return;
    m_device->disconnect(this);
    if (auto *local = qobject_cast<QLocalSocket *>(m_device))
        local->abort();
    else if (auto *socket = qobject_cast<QAbstractSocket *>(m_device))
        socket->abort();
}

void RedisSocket::fail(const QString &problem)
{
    if (!std::exchange(m_over, true))
        Q_EMIT failed(problem);
}

} // namespace semper
