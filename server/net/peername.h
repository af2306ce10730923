// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QAbstractSocket;

namespace semper {

/// Who is at the other end: "127.0.0.1:50412", "[::1]:50412", or "pid 4711" as the kernel tells it
/// for a Unix socket.
[[nodiscard]] QString peerName(const QAbstractSocket &socket);

/// As whom the other end is known: the name in the certificate that it showed, or "uid 1000" as the
/// kernel tells it for a Unix socket. Empty where there is neither.
[[nodiscard]] QString peerUser(const QAbstractSocket &socket);

} // namespace semper
