// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QPointer>
#include <QString>

namespace semper {

class MessageConnection;

/// One message, as a client sends it or is sent.
struct Message
{
    QByteArray bytes; ///< of a text, in UTF-8
    bool isText = false; ///< over a WebSocket; a TCP frame is just bytes

    [[nodiscard]] QString text() const { return QString::fromUtf8(bytes); }
    friend bool operator==(const Message &, const Message &) = default;
};

/// What is known of a client from the start.
struct PeerFacts
{
    quint64 id = 0; ///< unique in the service, as in Connection
    QString address = {}; ///< "127.0.0.1:50412", or "pid 4711" over a Unix socket
    QString path = {}; ///< that it asked for, decoded; of a WebSocket only
    QString query = {}; ///< behind the path, as sent; of a WebSocket only
    QString subprotocol = {}; ///< agreed on; of a WebSocket only
    bool authenticated = false; ///< it showed the server's token when it came
};

/// A client of a TcpService or of a WebSocket, in the hands of a handler. Can be copied and kept;
/// once the client is gone it does nothing. The services' thread only.
class SEMPER_SERVER_EXPORT Peer
{
public:
    Peer() = default; ///< of a client that is gone
    Peer(MessageConnection *connection, PeerFacts facts);

    [[nodiscard]] quint64 id() const { return m_facts.id; }
    [[nodiscard]] const QString &address() const { return m_facts.address; }
    [[nodiscard]] const QString &path() const { return m_facts.path; }
    [[nodiscard]] const QString &query() const { return m_facts.query; }
    [[nodiscard]] const QString &subprotocol() const { return m_facts.subprotocol; }
    /// It came with "Authorization: Bearer" and the server's token. Of a token in a message,
    /// Service::isToken() tells.
    [[nodiscard]] bool isAuthenticated() const { return m_facts.authenticated; }
    [[nodiscard]] bool isConnected() const;

    /// Sends a frame, or a binary message. Never blocks: what the client does not take waits, up to
    /// the service's limit; what comes on top of something that waits, and is past it, has the
    /// client cut off. False when it cannot be sent: the
    /// client is gone or leaving, or a line is to have a line break in it.
    bool send(const QByteArray &bytes) const;
    /// Sends a text message; over TCP a frame of it in UTF-8.
    bool sendText(const QString &text) const;
    /// Has the client go once it has been sent everything. \a code and \a reason are what a
    /// WebSocket's close frame says: 1000 to 1003, 1007 to 1014, 3000 to 4999, or else 1000.
    void close(quint16 code = 1000, const QString &reason = {}) const;

private:
    PeerFacts m_facts;
    QPointer<QObject> m_connection;
};

} // namespace semper
