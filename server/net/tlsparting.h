// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QSslSocket;

namespace semper {

/// Ends the connection of \a socket once nothing has come from the client for 200 ms (with a slow
/// network, two turns of a packet). Never blocks; on the socket's thread. TLS knows no half of a
/// connection here (QSslSocket cannot send its close_notify and read on), and closing while the
/// client still sends resets the connection, which could take away what it was sent last (RFC
/// 9112, 9.6). The caller reads and drops what comes meanwhile, sets a limit to it, and has sent
/// what there is to send. Once it was called, again does nothing.
void endOnceSilent(QSslSocket *socket);

} // namespace semper
