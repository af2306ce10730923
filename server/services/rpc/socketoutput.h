// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/descriptorshare.h"

#include <QByteArray>
#include <QObject>
#include <QPointer>
#include <QSocketNotifier>

#include <memory>
#include <optional>

class QTcpSocket;

namespace semper {

/// What a client is sent. A client may say first that it sends no more, and still wait for answers,
/// as `nc -N` does; QTcpSocket then closes the connection, with all that is unsent. This writes
/// past it and, where asked to, keeps a descriptor of its own, with which it goes on: if there is
/// one left for clients, see DescriptorShare. With TLS, which knows no half of a connection, it
/// writes to the socket.
class SocketOutput : public QObject
{
    Q_OBJECT
public:
    explicit SocketOutput(QTcpSocket *socket, QObject *parent = nullptr);
    ~SocketOutput() override;

    void write(const QByteArray &bytes);
    [[nodiscard]] qint64 unsent() const;
    /// Whether something will be written even if the client closes its side meanwhile. What is
    /// unsent keeps the way to the client anyhow.
    void setNeeded(bool needed);
    /// The client closed its side: whether it can be written to all the same.
    [[nodiscard]] bool outlivesSocket() const { return m_ownEnd >= 0; }

Q_SIGNALS:
    /// The kernel has taken them. With TLS they may be encrypted only, and when encrypted bytes
    /// leave it is told again, with 0.
    void written(qint64 bytes);
    void failed(); ///< the client is gone, or has to wait and there is no descriptor for that

private:
    void flush();
    void updateOwnEnd();
    [[nodiscard]] int descriptor() const;

    QPointer<QTcpSocket> m_socket;
    bool m_isTls;
    bool m_needed = false;
    int m_ownEnd = -1;
    std::optional<DescriptorShare> m_share; ///< that of m_ownEnd
    std::unique_ptr<QSocketNotifier> m_writable; ///< of m_ownEnd
    QByteArray m_bytes; ///< unsent
};

} // namespace semper
