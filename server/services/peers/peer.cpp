// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/peer.h>

#include "services/peers/messageconnection.h"

#include <utility>

namespace semper {

namespace {

MessageConnection *connectionOf(const QPointer<QObject> &object)
{
    return static_cast<MessageConnection *>(object.data());
}

} // namespace

Peer::Peer(MessageConnection *connection, PeerFacts facts)
    : m_facts(std::move(facts))
    , m_connection(connection)
{ }

bool Peer::isConnected() const
{
    return m_connection && connectionOf(m_connection)->isOpen();
}

bool Peer::send(const QByteArray &bytes) const
{
    return m_connection && connectionOf(m_connection)->send({.bytes = bytes});
}

bool Peer::sendText(const QString &text) const
{
    return m_connection
        && connectionOf(m_connection)->send({.bytes = text.toUtf8(), .isText = true});
}

void Peer::close(quint16 code, const QString &reason) const
{
    if (m_connection)
        connectionOf(m_connection)->finish({.code = code, .detail = reason});
}

} // namespace semper
