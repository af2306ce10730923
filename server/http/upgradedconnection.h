// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/problem.h"

#include "net/liveconnection.h"

#include <semper/semper_server_export.h>

#include <QByteArray>

#include <functional>
#include <memory>
#include <variant>

class QTcpSocket;

namespace semper {

class ConnectionRecord;
struct RequestHead;
struct ServiceLimits;
struct TurnLine;

/// What a connection has become that has left HTTP: it reads and writes the socket, whose child it
/// is, counts what it does, and the guard only passes on what concerns every connection.
class SEMPER_SERVER_EXPORT UpgradedConnection
{
public:
    UpgradedConnection() = default;
    virtual ~UpgradedConnection();
    Q_DISABLE_COPY_MOVE(UpgradedConnection)

    /// From here on the socket is its own. \a rest came behind the request, and was counted. It
    /// waits for its turns in \a line.
    virtual void begin(const QByteArray &rest, std::shared_ptr<TurnLine> line) = 0;
    virtual void close() = 0; ///< as LiveConnection
    virtual void enforceDeadlines() = 0; ///< likewise
    [[nodiscard]] virtual std::optional<LiveConnection::Quiet> quiet() const = 0; ///< likewise
    /// What the client has sent and is not taken yet, and what waits to be sent to it.
    [[nodiscard]] virtual qint64 heldBytes() const = 0;
};

/// Decides over a request that was admitted: nothing where it stays HTTP, or its refusal, or what
/// takes over the connection. \a record and \a limits outlive that.
using Upgrading = std::function<std::variant<std::monostate, Problem, UpgradedConnection *>(
    const RequestHead &head, QTcpSocket &socket, ConnectionRecord &record,
    const ServiceLimits &limits)>;

} // namespace semper
