// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/peername.h"

#include <QAbstractSocket>
#include <QHostAddress>

#include <sys/socket.h>

using namespace Qt::StringLiterals;

namespace semper {

QString peerName(const QAbstractSocket &socket)
{
    const int descriptor = static_cast<int>(socket.socketDescriptor());
    int family = AF_UNSPEC;
    socklen_t size = sizeof family;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0)
        return u"unknown"_s;
    if (family != AF_UNIX) {
        const QHostAddress address = socket.peerAddress();
        const bool v6 = address.protocol() == QAbstractSocket::IPv6Protocol;
        return (v6 ? u"[%1]:%2"_s : u"%1:%2"_s).arg(address.toString()).arg(socket.peerPort());
    }
    ucred credentials{};
    size = sizeof credentials;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return u"unknown"_s;
    return u"pid %1"_s.arg(credentials.pid);
}

} // namespace semper
