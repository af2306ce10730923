// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_clients_export.h>

#include <QString>

#include <stdexcept>

namespace semper {

/// What went wrong with a WebSocketClient; what() says with which one and why.
class SEMPER_CLIENTS_EXPORT WebSocketError : public std::runtime_error
{
public:
    enum class Kind {
        Unreachable, ///< no connection came about, or the other side would not speak WebSocket
        Timeout, ///< not in time
        Tls, ///< the other side could not prove who it is
        NotConnected, ///< there is no connection to send on; nothing was sent
        Closed, ///< the connection was lost; what was being sent may have arrived or not
        TooLarge, ///< lost because a message was larger than a side takes
        Overflow, ///< lost because messages came faster than they were received; of send(): not
                  ///< sent, for too much waits to be
    };

    /// \a closeCode as in RFC 6455; 1006 for a connection that was cut without one.
    WebSocketError(Kind kind, const QString &text, int closeCode = 0);
    ~WebSocketError() override;

    [[nodiscard]] Kind kind() const noexcept { return m_kind; }
    /// Why the connection was closed: 1000 and above where one was, otherwise 0.
    [[nodiscard]] int closeCode() const noexcept { return m_closeCode; }

private:
    Kind m_kind;
    int m_closeCode;
};

} // namespace semper
