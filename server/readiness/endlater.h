// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

namespace semper {

/// Closes \a socket and lets it go, in the middle of one of its own signals too. \a listener hears
/// nothing of it any more.
template <class Socket, class Listener>
void endLater(std::unique_ptr<Socket> socket, const Listener *listener)
{
    if (!socket)
        return;
    socket->disconnect(listener);
    socket->abort();
    socket.release()->deleteLater();
}

} // namespace semper
