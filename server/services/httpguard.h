// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "services/connectionrecord.h"
#include "services/httplimits.h"
#include "services/liveconnection.h"
#include "services/requesthead.h"

#include <QByteArray>
#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QObject>

#include <functional>
#include <optional>

class QTcpSocket;

namespace semper {

class GuardedSocket;

/// Decides over a request before any handler sees it: nothing to admit it, or its answer.
using Admission = std::function<std::optional<Problem>(const RequestHead &)>;

/// Stands between one client and QHttpServer. It reads everything the client sends, and hands on
/// one request at a time: whole, checked, in canonical form, and only once the client has taken
/// the answer to the one before. Everything else it answers by itself.
class HttpGuard : public QObject, public LiveConnection
{
    Q_OBJECT
public:
    /// Owned by \a socket. Must be made before QHttpServer sees it. \a limits and \a admission
    /// outlive it.
    HttpGuard(
        GuardedSocket &socket, quint64 id, const HttpLimits &limits, const Admission &admission);

    [[nodiscard]] Connection connection() const override;
    /// A request that has not been read whole is answered with 503.
    void close() override;
    void abort() override;
    void enforceDeadlines() override;

private:
    enum class Phase {
        Idle, ///< between two requests
        Head,
        Body,
        Leaving, ///< the last answer is on its way; nothing more is taken
    };

    void readInput();
    void serveOn();
    [[nodiscard]] bool takeRequest();
    [[nodiscard]] bool takeHead();
    void answerRequest();
    void refuse(const Problem &problem);
    void leave();
    void progressWriting();
    void enter(Phase phase, std::chrono::milliseconds limit);

    GuardedSocket &m_guarded;
    QTcpSocket *m_socket; ///< the same
    const HttpLimits &m_limits;
    const Admission &m_admission;
    ConnectionRecord m_record;

    Phase m_phase = Phase::Idle;
    QDeadlineTimer m_deadline;
    QElapsedTimer m_lastWrite;
    QDeadlineTimer m_closeBy = QDeadlineTimer::Forever; ///< close() was called
    QByteArray m_input; ///< read and not yet handed on
    RequestHead m_head; ///< of the request whose body is awaited
    bool m_handingOn = false;
    bool m_servingOn = false;
};

} // namespace semper
