// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/tcp/tcpservice.h"

#include "services/base/servicecontext.h"
#include "services/peers/peergroup.h"
#include "services/tcp/tcplistener.h"

using namespace Qt::StringLiterals;

namespace semper {

TcpService::TcpService(QAnyStringView name, const Options &options)
    : Service(name, {.listen = options.listen, .tls = options.tls, .framing = options.framing},
        options.limits)
    , m_peers(std::make_unique<PeerGroup>())
{
    m_peers->setStock({.isToken = [this](const QByteArray &token) { return isToken(token); },
        .openWatcher = [this](FrameConnection *watcher) { context().openWatcher(watcher); }});
}

TcpService::~TcpService()
{
    m_peers->fallSilent();
    dropListeners();
}

QString TcpService::type() const
{
    return u"tcp"_s;
}

void TcpService::setHandler(PeerHandler handler)
{
    m_peers->setHandler(std::move(handler));
}

void TcpService::onConnected(PeerListener listener)
{
    m_peers->setConnected(std::move(listener));
}

void TcpService::onDisconnected(PeerListener listener)
{
    m_peers->setDisconnected(std::move(listener));
}

bool TcpService::send(quint64 id, const QByteArray &frame)
{
    return m_peers->send(id, {.bytes = frame});
}

void TcpService::broadcast(const QByteArray &frame)
{
    m_peers->broadcast({.bytes = frame});
}

std::unique_ptr<ServiceListener> TcpService::makeListener(const ListenerSpec &)
{
    return std::make_unique<TcpListener>(table(), limits(), *m_peers);
}

} // namespace semper
