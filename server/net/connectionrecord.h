// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/heldbytes.h"
#include "net/liveconnection.h"

#include <semper/connection.h>
#include <semper/semper_server_export.h>

#include <QElapsedTimer>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

class QAbstractSocket;

namespace semper {

/// What a live connection tells of itself, kept up while it lives.
class SEMPER_SERVER_EXPORT ConnectionRecord
{
public:
    /// Who \a socket's peer is: its address, or over a Unix socket its pid and user; with TLS, whom
    /// its certificate names.
    ConnectionRecord(quint64 id, const QAbstractSocket &socket);

    void received(qint64 bytes);
    void sent(qint64 bytes);
    /// As whom the client was authenticated since.
    void setUser(const QString &user);
    /// By the server's token, or a certificate.
    [[nodiscard]] bool isKnown() const { return m_isKnown; }
    /// Since the last byte in or out.
    [[nodiscard]] std::chrono::milliseconds quietTime() const
    {
        return std::chrono::milliseconds(m_quiet.elapsed());
    }
    /// What long-lived connections are to a newcomer; those that are known stay.
    [[nodiscard]] std::optional<LiveConnection::Quiet> quiet() const;
    /// Has what the client holds, as \a measure tells, count in the budget of all: see HeldBytes.
    void bound(std::function<qint64()> measure, std::function<void()> giveUp);
    /// The client may hold more, or less, though nothing came from it.
    void remeasure();
    /// What bound() was told is gone: somebody else counts it from now on.
    void unbound() { m_held.reset(); }

    [[nodiscard]] quint64 id() const { return m_connection.id; }
    [[nodiscard]] const QString &peer() const { return m_connection.peer; }
    [[nodiscard]] Connection connection() const;

private:
    Connection m_connection;
    qint64 m_lastActivity; ///< ms since 1970: cheaper to take than a QDateTime
    QElapsedTimer m_quiet;
    bool m_isKnown;
    std::unique_ptr<HeldBytes> m_held;
};

} // namespace semper
