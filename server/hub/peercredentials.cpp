// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/peercredentials.h"

#include "supervisor/procfile.h"

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
    return user == ::geteuid() || user == 0;
}

bool PeerCredentials::belongsTo(pid_t launch, const QByteArray &mark) const
{
    if (launch <= 0 || pid <= 0)
        return false;
    const pid_t server = ::getpid();
    for (pid_t ancestor = pid; ancestor > 1 && ancestor != server;
         ancestor = procfile::parent(ancestor))
        if (ancestor == launch)
            return true;
    return procfile::session(pid) == launch || procfile::environmentContains(pid, mark);
}

} // namespace semper
