// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "services/httplimits.h"
#include "services/requesthead.h"

#include <semper/connection.h>

#include <QByteArray>
#include <QDateTime>
#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QObject>

#include <functional>
#include <optional>

namespace semper {

class GuardedSocket;

/// Decides over a request before any handler sees it: nothing to admit it, or its answer.
using Admission = std::function<std::optional<Problem>(const RequestHead &)>;

/// Stands between one client and QHttpServer. It reads everything the client sends, and hands on
/// one request at a time: whole, checked, in canonical form, and only once the client has taken
/// the answer to the one before. Everything else it answers by itself.
class HttpGuard : public QObject
{
    Q_OBJECT
public:
    /// Owned by \a socket. Must be made before QHttpServer sees it. \a limits and \a admission
    /// outlive it.
    HttpGuard(
        GuardedSocket *socket, quint64 id, const HttpLimits &limits, const Admission &admission);

    [[nodiscard]] Connection connection() const;
    /// Ends what is over its time. Called a few times within the shortest limit.
    void enforceDeadlines();
    void abort(); ///< at once, whatever is under way

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
    void progressWriting(qint64 bytes);
    void enter(Phase phase, std::chrono::milliseconds limit);

    GuardedSocket *m_socket;
    const HttpLimits &m_limits;
    const Admission &m_admission;
    quint64 m_id;
    QString m_peer;
    QDateTime m_since;
    qint64 m_bytesIn = 0;
    qint64 m_bytesOut = 0;

    Phase m_phase = Phase::Idle;
    QDeadlineTimer m_deadline;
    QElapsedTimer m_lastWrite;
    QByteArray m_input; ///< read and not yet handed on
    RequestHead m_head; ///< of the request whose body is awaited
    bool m_handingOn = false;
    bool m_servingOn = false;
};

} // namespace semper
