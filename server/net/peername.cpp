// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/peername.h"

#include <QAbstractSocket>
#include <QHostAddress>
#include <QSslCertificate>
#include <QSslSocket>

#include <optional>

#include <sys/socket.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

int familyOf(int descriptor)
{
    int family = AF_UNSPEC;
    socklen_t size = sizeof family;
    return ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 ? family
                                                                                : AF_UNSPEC;
}

std::optional<ucred> credentialsOf(int descriptor)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return std::nullopt;
    return credentials;
}

} // namespace

QString peerName(const QAbstractSocket &socket)
{
    const int descriptor = static_cast<int>(socket.socketDescriptor());
    const int family = familyOf(descriptor);
    if (family == AF_UNSPEC)
        return u"unknown"_s;
    if (family != AF_UNIX) {
        const QHostAddress address = socket.peerAddress();
        const bool v6 = address.protocol() == QAbstractSocket::IPv6Protocol;
        return (v6 ? u"[%1]:%2"_s : u"%1:%2"_s).arg(address.toString()).arg(socket.peerPort());
    }
    const auto credentials = credentialsOf(descriptor);
    return credentials ? u"pid %1"_s.arg(credentials->pid) : u"unknown"_s;
}

QString peerUser(const QAbstractSocket &socket)
{
    if (const auto *tls = qobject_cast<const QSslSocket *>(&socket)) {
        const QStringList names = tls->peerCertificate().subjectInfo(QSslCertificate::CommonName);
        if (!names.isEmpty())
            return names.constFirst().left(256);
    }
    const int descriptor = static_cast<int>(socket.socketDescriptor());
    if (familyOf(descriptor) != AF_UNIX)
        return {};
    const auto credentials = credentialsOf(descriptor);
    return credentials ? u"uid %1"_s.arg(credentials->uid) : QString();
}

} // namespace semper
