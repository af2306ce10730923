// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/httplimits.h"
#include "http/requestreader.h"
#include "http/upgradedconnection.h"
#include "net/connectionrecord.h"
#include "net/guardedsocket.h"
#include "net/liveconnection.h"
#include "net/parting.h"
#include "net/relayedsocket.h"
#include "turns/turntaker.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QHttpServerResponder>
#include <QHttpServerResponse>
#include <QObject>
#include <QPointer>

#include <functional>
#include <memory>
#include <optional>

namespace semper {

/// Decides over a request before any handler sees it: nothing to admit it, or its answer.
using Admission = std::function<std::optional<Problem>(const RequestHead &)>;

/// Stands between one client and QHttpServer, which never sees the client's socket. It reads what
/// the client sends, and hands on one request at a time: whole, checked, in canonical form, once
/// the client has taken the answer to the one before and its turn has come. Everything else it
/// answers by itself. What is not its turn yet is not read, so that the client has to wait.
class HttpGuard : public QObject, public LiveConnection
{
    Q_OBJECT
public:
    /// Owned by \a socket. All but the socket outlive it.
    HttpGuard(GuardedSocket &socket, quint64 id, const HttpLimits &limits,
        const Admission &admission, const Upgrading &upgrading, const ServiceLimits &common,
        std::shared_ptr<int> running, std::shared_ptr<TurnLine> line);
    ~HttpGuard() override;

    /// What QHttpServer is to take for the client's socket. Before the first request only; without
    /// it the only requests that are not refused are upgrades.
    [[nodiscard]] QTcpSocket *relay();

    [[nodiscard]] Connection connection() const override;
    /// A request that has not been read whole is answered with 503.
    void close() override;
    void abort() override;
    void enforceDeadlines() override;
    [[nodiscard]] std::optional<Quiet> quiet() const override;
    /// A client that has asked for nothing yet is answered with 503.
    void makeRoom() override;

    /// What a client hears that is one too many.
    [[nodiscard]] static Problem noRoom();

    /// The one whose request is with a handler at this moment; null where none is.
    [[nodiscard]] static HttpGuard *handingOn();
    /// The handler at work answers later. The number of its request.
    [[nodiscard]] quint64 deferAnswer(QHttpServerResponder &&responder);
    /// Held for as long as that handler runs, which may be longer than its client stays; null where
    /// as many run as there may be connections.
    [[nodiscard]] std::shared_ptr<void> takePlace() const;
    /// The answer to \a request, unless it comes too late.
    void giveAnswer(quint64 request, QHttpServerResponse &&response);

private:
    enum class Phase {
        Idle, ///< between two requests
        Head,
        Body,
        Answering, ///< a handler owes the answer
        Leaving, ///< the last answer is on its way; nothing more is taken
        Upgraded, ///< it is no longer HTTP, nor read here
    };

    [[nodiscard]] qint64 heldBytes() const;
    void giveUp();
    [[nodiscard]] bool serve();
    [[nodiscard]] bool mayTakeRequest() const;
    [[nodiscard]] bool readMore();
    [[nodiscard]] bool takeRequest();
    [[nodiscard]] bool takeHead();
    [[nodiscard]] bool takeBody();
    [[nodiscard]] bool upgrade();
    void answerRequest();
    void answerAlone();
    void endRequest();
    void endRelay();
    void refuse(const Problem &problem);
    void leave(Parting::Peer client);
    void progressWriting();
    void enter(Phase phase, std::chrono::milliseconds limit);

    GuardedSocket &m_guarded;
    QTcpSocket *m_socket; ///< the same
    const HttpLimits &m_limits;
    const Admission &m_admission;
    const Upgrading &m_upgrading;
    const ServiceLimits &m_common; ///< for what it is upgraded to
    std::shared_ptr<int> m_running; ///< handlers that answer later, of this listener
    UpgradedConnection *m_upgraded = nullptr; ///< the socket's
    ConnectionRecord m_record;

    Phase m_phase = Phase::Idle;
    QDeadlineTimer m_deadline;
    QElapsedTimer m_lastWrite;
    QDeadlineTimer m_closeBy = QDeadlineTimer::Forever; ///< close() was called
    RequestReader m_reader; ///< what was read and not yet handed on
    std::unique_ptr<QHttpServerResponder> m_responder; ///< of an answer that is owed
    quint64 m_request = 0; ///< number of the last one that was handed on
    bool m_handingOn = false;
    QPointer<RelayedSocket> m_relay; ///< QHttpServer's, or this one's
    TurnTaker m_turn;
};

} // namespace semper
