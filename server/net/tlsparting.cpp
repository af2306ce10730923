// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsparting.h"

#include <QSslSocket>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <optional>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr std::chrono::milliseconds longEnough = 200ms;

/// For how long nothing has come from the client, and what makes that silence: with a slow network,
/// two turns of a packet. Not by readyRead, which waits for the end of a record of TLS.
/// Source: tcp(7), TCP_INFO.
struct Silence
{
    std::chrono::milliseconds since;
    std::chrono::milliseconds enough;
};

std::optional<Silence> silenceOf(int descriptor)
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return std::nullopt; // no TCP, or the client is gone
    char byte = 0;
    const bool isUnread = ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    const auto turn = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::microseconds(info.tcpi_rtt));
    return Silence{.since = isUnread ? 0ms : std::chrono::milliseconds(info.tcpi_last_data_recv),
        .enough = std::max(longEnough, 2 * turn)};
}

} // namespace

void endOnceSilent(QSslSocket *socket)
{
    const auto name = u"silence"_s;
    if (socket->findChild<QTimer *>(name, Qt::FindDirectChildrenOnly))
        return;
    auto *timer = new QTimer(socket);
    timer->setObjectName(name);
    timer->setSingleShot(true);
    QObject::connect(timer, &QTimer::timeout, socket, [socket, timer] {
        const auto silence = silenceOf(int(socket->socketDescriptor()));
        if (silence && silence->since < silence->enough)
            timer->start(silence->enough - silence->since);
        else
            socket->disconnectFromHost();
    });
    timer->start(0ms); // not inside a slot of the socket's
}

} // namespace semper
