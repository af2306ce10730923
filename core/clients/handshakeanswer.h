// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QString>
#include <QTcpSocket>

QT_FORWARD_DECLARE_CLASS(QWebSocket)

namespace semper {

/// What a server says to the handshake of a QWebSocket, which tells its status in some versions and
/// for some statuses only. The bytes are kept for that until the handshake is done.
class HandshakeAnswer
{
public:
    /// \a socket was just told to open.
    void watch(const QWebSocket &socket);
    /// Keeps nothing any more.
    void handshakeDone();
    /// "the handshake was answered with 401 Unauthorized"; empty where it was not refused so.
    [[nodiscard]] QString refusal();

private:
    QPointer<QTcpSocket> m_device;
};

} // namespace semper
