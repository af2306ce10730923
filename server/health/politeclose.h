// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/parting.h"

#include <memory>

class QTcpSocket;

namespace semper {

/// Closes \a socket once the other side has, or after a while, and lets it go; \a listener hears
/// nothing of it any more. Closed with something unread it would be reset, and the other side
/// would log that.
void closePolitely(std::unique_ptr<QTcpSocket> socket, const QObject *listener, Parting::Peer peer);

} // namespace semper
