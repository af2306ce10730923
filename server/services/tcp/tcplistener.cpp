// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/tcp/tcplistener.h"

#include "protocol/frame.h"
#include "protocol/keys.h"
#include "services/peers/peergroup.h"
#include "services/tcp/streamconnection.h"

using namespace Qt::StringLiterals;

namespace semper {

TcpListener::TcpListener(ConnectionTable &table, const ServiceLimits &limits, PeerGroup &peers)
    : ServiceListener(table, limits)
    , m_peers(peers)
{ }

TcpListener::~TcpListener()
{
    dropConnections();
}

StreamFraming TcpListener::framing() const
{
    const StreamFraming framing
        = streamFramingFromString(spec().framing).value_or(StreamFraming::Newline);
    // A stream that is not cut has no frames to say hello with.
    return framing == StreamFraming::Raw && !m_peers.handler() ? StreamFraming::Newline : framing;
}

LiveConnection *TcpListener::serve(QTcpSocket *socket, quint64 id)
{
    return new StreamConnection(
        socket, id, framing(), limits(), m_peers.messageCap(false), line(), &m_peers);
}

void TcpListener::served(LiveConnection *connection)
{
    m_peers.adopt(static_cast<StreamConnection *>(connection));
}

void TcpListener::limitsChanged()
{
    m_peers.setLimits(limits());
}

QByteArray TcpListener::refusal() const
{
    const QByteArray frame = encodeFrame(makeFrame(
        frames::error, {{keys::code, u"too_many"_s}, {keys::detail, u"too many connections"_s}}));
    return StreamFrames::encode(framing(), frame.chopped(1)).value_or(QByteArray());
}

} // namespace semper
