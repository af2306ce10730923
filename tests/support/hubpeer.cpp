// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"

#include "protocol/keys.h"

#include <QJsonArray>

using namespace Qt::StringLiterals;

namespace semper::test {

HubPeer::HubPeer(const QString &socketPath)
{
    connect(&m_socket, &QLocalSocket::readyRead, this, &HubPeer::read);
    m_socket.connectToServer(socketPath);
    m_socket.waitForConnected(5000);
}

bool HubPeer::isConnected() const
{
    return m_socket.state() == QLocalSocket::ConnectedState;
}

void HubPeer::sendBytes(const QByteArray &bytes)
{
    m_socket.write(bytes);
    m_socket.flush();
}

void HubPeer::send(const QJsonObject &frame)
{
    sendBytes(encodeFrame(frame));
}

void HubPeer::watch(const QStringList &topics, const QJsonObject &more)
{
    send({{keys::type, frames::hello}, {keys::role, u"watcher"_s}});
    QJsonObject subscribe = makeFrame(frames::subscribe, more);
    subscribe.insert(keys::topics, QJsonArray::fromStringList(topics));
    send(subscribe);
}

void HubPeer::stopReading()
{
    m_socket.disconnect(this);
    m_socket.setReadBufferSize(1);
}

void HubPeer::resumeReading()
{
    connect(&m_socket, &QLocalSocket::readyRead, this, &HubPeer::read);
    m_socket.setReadBufferSize(0);
    read();
}

void HubPeer::read()
{
    m_reader.append(m_socket.readAll());
    while (const auto item = m_reader.next())
        if (const auto *frame = std::get_if<QJsonObject>(&*item))
            m_frames.append(*frame);
}

QList<QJsonObject> HubPeer::framesOf(QStringView type) const
{
    QList<QJsonObject> found;
    for (const QJsonObject &frame : m_frames)
        if (frame.value(keys::type).toString() == type)
            found.append(frame);
    return found;
}

QString HubPeer::errorCode() const
{
    const QList<QJsonObject> errors = framesOf(u"error");
    return errors.isEmpty() ? QString() : errors.last().value(keys::code).toString();
}

} // namespace semper::test
