// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/patienttimer.h"

#include <QObject>

#include <chrono>
#include <functional>
#include <utility>

class QTcpSocket;

namespace semper {

/// Ends a connection so that the other side gets all that it was sent: waits until that is on its
/// way, tells the other side that no byte follows, and drops what still comes until it ends its own
/// side, or has had time enough. A connection that is closed with something unread is reset, which
/// could take away what was sent last (RFC 9112, 9.6). A child of the socket, on its thread; never
/// blocks. Who sets a limit to the writing is the owner, or endWithin().
class Parting : public QObject
{
    Q_OBJECT
public:
    enum class Peer {
        MaySend, ///< what it sends from now on is dropped
        HasSent, ///< it has said all that it had to, so that TLS can end at once
        Answers, ///< it is to end its answer first, and is told nothing before
    };
    static constexpr std::chrono::milliseconds usualPatience{2000}; ///< once all is sent

    Parting(QTcpSocket &socket, Peer peer, std::chrono::milliseconds patience = usualPatience);

    /// What waits to be sent, where that is not with the socket; then progress() is to be called.
    void setUnsent(std::function<qint64()> unsent) { m_unsent = std::move(unsent); }
    void begin();
    /// Less waits to be sent than before.
    void progress();
    /// Aborts the connection then, whatever is unsent.
    void endWithin(std::chrono::milliseconds limit);

Q_SIGNALS:
    void dropped(qint64 bytes);

private:
    void drop();
    void startLimit(std::chrono::milliseconds limit);
    void endWriting();
    void endTls();

    QTcpSocket &m_socket;
    Peer m_peer;
    std::chrono::milliseconds m_patience;
    std::function<qint64()> m_unsent;
    PatientTimer m_limit{2};
    bool m_isBounded = false; ///< endWithin() was called
    bool m_isSent = false;
};

} // namespace semper
