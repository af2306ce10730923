// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "turns/turntaker.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QMetaObject>

#include <chrono>
#include <memory>

class QSslSocket;

namespace semper {

/// Has a client wait for its turn before the server does its part of a TLS handshake, which is the
/// dearest thing that a stranger can ask for. Only once its hello is there as a whole: with half of
/// it the work would be done when the rest comes, whoever's turn that is. The thread of its event
/// loop only.
class TlsHandshake
{
public:
    /// \a socket is connected, has its configuration, and outlives this.
    TlsHandshake(
        QSslSocket &socket, std::shared_ptr<TurnLine> line, std::chrono::milliseconds limit);
    ~TlsHandshake();
    Q_DISABLE_COPY_MOVE(TlsHandshake)

    [[nodiscard]] std::chrono::milliseconds age() const
    {
        return std::chrono::milliseconds(m_age.elapsed());
    }
    /// It took too long, and it is not because its turn is yet to come.
    [[nodiscard]] bool isOverdue() const { return m_by.hasExpired() && !m_turn.waits(); }

private:
    [[nodiscard]] bool begin();
    [[nodiscard]] bool isHelloWhole() const;

    QSslSocket &m_socket;
    QDeadlineTimer m_by;
    QElapsedTimer m_age;
    TurnTaker m_turn;
    QMetaObject::Connection m_hears;
};

} // namespace semper
