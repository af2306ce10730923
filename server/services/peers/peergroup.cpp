// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/peers/peergroup.h"

#include "protocol/frame.h"
#include "services/peers/dialogue.h"
#include "services/peers/messageconnection.h"

#include <limits>
#include <utility>

namespace semper {

PeerGroup::~PeerGroup() = default;

void PeerGroup::fallSilent()
{
    m_handler = {};
    m_connected = {};
    m_disconnected = {};
}

qint64 PeerGroup::messageCap(bool forWatching) const
{
    // Twice what a frame may have, so that one that is too long can be told so.
    const qint64 enough = 2 * maximumFrameBytes;
    return m_handler && !forWatching ? std::numeric_limits<qint64>::max() : enough;
}

void PeerGroup::setLimits(const ServiceLimits &limits)
{
    m_timeToGreet = limits.handshakeTimeout;
    m_mostAbandoned = limits.connections;
}

void PeerGroup::adopt(MessageConnection *connection)
{
    auto *dialogue = new Dialogue(connection, *this);
    const Peer peer = dialogue->peer();
    m_peers.insert(peer.id(), dialogue);
    connect(connection, &MessageConnection::closed, this, [this, id = peer.id()] { left(id); });
    if (m_connected)
        m_connected(peer);
}

bool PeerGroup::send(quint64 id, const Message &message)
{
    const Dialogue *dialogue = m_peers.value(id);
    return dialogue && dialogue->connection()->send(message);
}

void PeerGroup::broadcast(const Message &message)
{
    for (const Dialogue *dialogue : std::as_const(m_peers))
        dialogue->connection()->send(message);
}

bool PeerGroup::close(quint64 id, quint16 code, const QString &reason)
{
    const Dialogue *dialogue = m_peers.value(id);
    if (!dialogue)
        return false;
    dialogue->connection()->finish({.code = code, .detail = reason});
    return true;
}

void PeerGroup::left(quint64 id)
{
    const Dialogue *dialogue = m_peers.take(id);
    if (dialogue && m_disconnected)
        m_disconnected(Peer(dialogue->peer()));
}

} // namespace semper
