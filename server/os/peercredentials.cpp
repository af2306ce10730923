// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/peercredentials.h"

#include "os/lineage.h"

#include <sys/socket.h>
#include <unistd.h>

namespace semper {

std::optional<PeerCredentials> PeerCredentials::of(qintptr socket)
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(int(socket), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return std::nullopt;
    return PeerCredentials{.pid = credentials.pid, .user = credentials.uid};
}

bool PeerCredentials::mayControl() const
{
    return mark.isEmpty() && (user == ::geteuid() || user == 0);
}

bool PeerCredentials::belongsTo(pid_t launch, const QByteArray &itsMark) const
{
    return mark.isEmpty() ? Lineage(pid).belongsTo(launch, itsMark) : mark == itsMark;
}

} // namespace semper
