// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/tcpprobe.h"

#include "health/endlater.h"
#include "health/politeclose.h"
#include "spec/listenaddress.h"

#include <QNetworkProxy>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

// A port of the range that the kernel hands out, tried again and again on this host, may one day
// be the one that it gives the attempt itself, which is then connected to itself. Source: RFC 9293,
// 3.5, simultaneous open.
bool isConnectedToItself(const QTcpSocket &socket)
{
    return socket.localPort() == socket.peerPort() && socket.localAddress() == socket.peerAddress();
}

} // namespace

TcpProbe::TcpProbe(const ReadySpec &spec)
    : RepeatedProbe(spec)
    , m_address(spec.address)
{ }

TcpProbe::~TcpProbe()
{
    end();
}

void TcpProbe::begin()
{
    const auto parsed = parseListenAddress(m_address, u"/"_s);
    const auto *address = std::get_if<ListenAddress>(&parsed);
    if (!address)
        return fail(u"\"%1\" %2"_s.arg(m_address, std::get<QString>(parsed)));
    if (address->path.isEmpty())
        beginTcp(address->host, address->port);
    else
        beginUnix(address->path);
}

void TcpProbe::beginTcp(const QString &host, quint16 port)
{
    m_tcp = std::make_unique<QTcpSocket>();
    m_tcp->setProxy(QNetworkProxy::NoProxy);
    connect(m_tcp.get(), &QTcpSocket::connected, this, [this] {
        if (isConnectedToItself(*m_tcp))
            return giveUp(u"nobody listens"_s);
        // It may greet before it sees that nobody is there any more.
        closePolitely(std::move(m_tcp), this, Parting::Peer::MaySend);
        succeed();
    });
    connect(
        m_tcp.get(), &QTcpSocket::errorOccurred, this, [this] { giveUp(m_tcp->errorString()); });
    m_tcp->connectToHost(host, port);
}

void TcpProbe::beginUnix(const QString &path)
{
    m_path = std::make_unique<PathConnection>(path);
    connect(m_path.get(), &PathConnection::connected, this, [this](int descriptor) {
        auto socket = std::make_unique<QTcpSocket>();
        socket->setSocketDescriptor(descriptor);
        closePolitely(std::move(socket), this, Parting::Peer::MaySend);
        end();
        succeed();
    });
    connect(m_path.get(), &PathConnection::failed, this, &TcpProbe::giveUp);
    m_path->start();
}

void TcpProbe::giveUp(const QString &why)
{
    end();
    fail(u"no connection to %1: %2"_s.arg(m_address, why));
}

void TcpProbe::end()
{
    endLater(std::move(m_tcp), this);
    forgetLater(std::move(m_path), this);
}

} // namespace semper
