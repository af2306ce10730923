// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

namespace semper {

/// Lets \a object go, in the middle of one of its own signals too. \a listener hears nothing of it
/// any more.
template <class Object, class Listener>
void forgetLater(std::unique_ptr<Object> object, const Listener *listener)
{
    if (!object)
        return;
    object->disconnect(listener);
    object.release()->deleteLater();
}

/// Closes \a socket and lets it go, in the middle of one of its own signals too. \a listener hears
/// nothing of it any more.
template <class Socket, class Listener>
void endLater(std::unique_ptr<Socket> socket, const Listener *listener)
{
    if (!socket)
        return;
    socket->disconnect(listener);
    socket->abort();
    forgetLater(std::move(socket), listener);
}

} // namespace semper
