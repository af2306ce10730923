// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/connectionrecord.h"
#include "net/liveconnection.h"
#include "services/rpc/rpcconversation.h"
#include "services/rpc/socketoutput.h"
#include "turns/turntaker.h"

#include <semper/listenerspec.h>

#include <QByteArray>
#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>

class QTcpSocket;

namespace semper {

class Parting;
struct ServiceLimits;

/// One client of an RPC service: its socket, and how long and how much it may take. It finds out
/// by the first bytes how the client speaks, unless it is told.
class RpcConnection : public QObject, public LiveConnection
{
    Q_OBJECT
public:
    /// Owned by \a socket. \a listener is how it came; its framing, if empty or "auto", is found
    /// out. \a limits outlive it, and \a partings, whose children are the clients that left and
    /// still listen.
    RpcConnection(QTcpSocket *socket, quint64 id, const ListenerSpec &listener,
        const ServiceLimits &limits, std::shared_ptr<RpcSession> session,
        std::shared_ptr<TurnLine> line, QObject *partings);
    ~RpcConnection() override;

    [[nodiscard]] Connection connection() const override;
    void close() override;
    void abort() override;
    void enforceDeadlines() override;
    [[nodiscard]] std::optional<Quiet> quiet() const override;

private:
    [[nodiscard]] qint64 heldBytes() const;
    void read();
    [[nodiscard]] bool listen();
    void find();
    void speak(std::shared_ptr<RpcConversation> conversation);
    void speakFraming(const QString &framing);
    [[nodiscard]] bool doPiece();
    [[nodiscard]] bool goOn();
    void lookAtRest();
    [[nodiscard]] bool readMore();
    [[nodiscard]] QByteArray takeFresh();
    void write(const QByteArray &bytes);
    void noteProgress();
    void leave();
    [[nodiscard]] bool owesTheRest() const;
    void clientLeft();
    [[nodiscard]] bool isMidMessage() const;

    QTcpSocket *m_socket;
    ConnectionRecord m_record;
    ListenAddress m_listener;
    const ServiceLimits &m_limits;
    std::shared_ptr<RpcSession> m_session;
    std::shared_ptr<RpcConversation> m_conversation; ///< null until it is known how
    QByteArray m_first; ///< what came until then
    QTimer m_wait; ///< for a byte that would tell more
    std::unique_ptr<SocketOutput> m_output;
    QObject *m_partings;
    TurnTaker m_turn;
    bool m_leaving = false;
    Parting *m_parting = nullptr; ///< the socket's, once it is leaving in peace
    bool m_heard = false; ///< a byte has come
    bool m_firstLineEnded = false; ///< in m_first there is a line break
    QDeadlineTimer m_firstBy; ///< the first byte, or it goes
    QDeadlineTimer m_restBy{QDeadlineTimer::Forever}; ///< a byte of the message that has begun
    QElapsedTimer m_lastWrite; ///< or when there began to be something to write
    QElapsedTimer m_lastByte; ///< in or out
};

} // namespace semper
