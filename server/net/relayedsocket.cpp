// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/relayedsocket.h"

#include <algorithm>

namespace semper {

RelayedSocket::RelayedSocket(QTcpSocket &transport, QObject *parent)
    : QTcpSocket(parent)
    , m_transport(&transport)
{
    setPeerAddress(transport.peerAddress());
    setPeerPort(transport.peerPort());
    setLocalAddress(transport.localAddress());
    setLocalPort(transport.localPort());
    setOpenMode(QIODevice::ReadWrite);
    setSocketState(QAbstractSocket::ConnectedState);
}

RelayedSocket::~RelayedSocket()
{
    end();
}

void RelayedSocket::feed(const QByteArray &bytes)
{
    if (!m_transport)
        return;
    m_input += bytes;
    Q_EMIT readyRead();
}

void RelayedSocket::end()
{
    m_input.clear();
    m_transport.clear();
    if (state() == QAbstractSocket::UnconnectedState)
        return;
    setSocketState(QAbstractSocket::UnconnectedState);
    Q_EMIT stateChanged(QAbstractSocket::UnconnectedState);
}

qint64 RelayedSocket::bytesAvailable() const
{
    return QTcpSocket::bytesAvailable() + m_input.size();
}

qint64 RelayedSocket::bytesToWrite() const
{
    return m_transport ? m_transport->bytesToWrite() : 0;
}

bool RelayedSocket::canReadLine() const
{
    return m_input.contains('\n') || QTcpSocket::canReadLine();
}

void RelayedSocket::close()
{
    Q_EMIT closeRequested();
}

void RelayedSocket::disconnectFromHost()
{
    Q_EMIT closeRequested();
}

qint64 RelayedSocket::readData(char *data, qint64 size)
{
    const qsizetype count = std::min<qsizetype>(size, m_input.size());
    std::copy_n(m_input.constData(), count, data); // of nothing too, as memcpy(3) may not
    m_input.remove(0, count);
    return count;
}

qint64 RelayedSocket::skipData(qint64 size)
{
    const qsizetype count = std::min<qsizetype>(size, m_input.size());
    m_input.remove(0, count);
    return count;
}

qint64 RelayedSocket::writeData(const char *data, qint64 size)
{
    return m_transport ? m_transport->write(data, size) : -1;
}

} // namespace semper
