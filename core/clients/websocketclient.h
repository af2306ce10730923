// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_clients_export.h>
#include <semper/task.h>
#include <semper/websocketerror.h>

#include <QByteArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <chrono>
#include <memory>

namespace semper {

class TaskScope;
class WebSocketChannel;

/// The client's end of a WebSocket, for a user process, or for a service's own code. It connects
/// again by itself, after a delay that grows; that a connection was lost is told all the same, by
/// what is awaited then or next: \code semper::WebSocketClient socket(scope, url); while
/// (!process.stopRequested()) {
///     try {
///         co_await socket.connected();
///         co_await socket.send(u"subscribe orders"_s);
///         while (true) {
///             const auto message = co_await socket.receive();
///             ...
///         }
///     } catch (const semper::WebSocketError &error) {
///         qCWarning(logOrders, "%s", error.what());
///     }
/// }
/// \endcode
/// No call blocks; each await throws WebSocketError, and Stopped on a stop, which also closes the
/// connection. For the thread of the scope, which outlives this.
class SEMPER_CLIENTS_EXPORT WebSocketClient
{
public:
    struct Message
    {
        bool isText = false;
        QByteArray bytes; ///< of a text its UTF-8

        [[nodiscard]] QString text() const { return QString::fromUtf8(bytes); }
        /// Empty where it is no object.
        [[nodiscard]] SEMPER_CLIENTS_EXPORT QJsonObject json() const;
    };

    /// \a url is ws:// or wss://; throws std::invalid_argument for another. Nothing is opened
    /// before connected() is awaited.
    WebSocketClient(TaskScope &scope, const QUrl &url);
    ~WebSocketClient();
    Q_DISABLE_COPY_MOVE(WebSocketClient)

    // What follows is for the connections begun from then on.

    /// With the handshake. Throws std::invalid_argument for what is no name, or no single line.
    void setHeader(const QByteArray &name, const QByteArray &value);
    void setBearerToken(const QByteArray &token);
    /// The protocols to offer, the best one first. subprotocol() is what the other side took.
    void setSubprotocols(const QStringList &subprotocols);
    /// As HttpClient::addAuthorities().
    void addAuthorities(const QByteArray &pem);
    /// For connected(), send() and each try to connect; 30 s by default.
    void setTimeout(std::chrono::milliseconds timeout);
    /// A longer message that arrives ends the connection; 16 MiB by default.
    void setMaximumMessageBytes(qsizetype bytes);
    /// What may wait to be received, 256 messages of together 64 MiB by default. More of them end
    /// the connection: those that wait are received, then an Overflow is told. As many bytes may
    /// wait to be sent: a send() on top of others, and past them, throws an Overflow at once, sends
    /// nothing, and leaves the connection as it is.
    void setMaximumQueue(qsizetype messages, qsizetype bytes);
    /// Asks for a sign of life this often, 20 s by default; a connection that gave none until the
    /// next time is lost. 0: never.
    void setPingInterval(std::chrono::milliseconds interval);
    /// The delays before connecting again, by default 250 ms growing to 30 s; the first counts as
    /// 50 ms at least. Both 0: it is not connected again before connected() is awaited.
    void setReconnectDelays(std::chrono::milliseconds first, std::chrono::milliseconds greatest);

    [[nodiscard]] bool isConnected() const;
    [[nodiscard]] QString subprotocol() const;

    /// Opens the connection where there is none, and waits until there is one. Failures are tried
    /// again until the time is over; then the last one is thrown, and the tries go on.
    [[nodiscard]] QCoro::Task<> connected();
    /// Is done when the system took all of it, which does not say that the other side did. What is
    /// not taken in time ends the connection.
    [[nodiscard]] QCoro::Task<> send(const QString &text);
    [[nodiscard]] QCoro::Task<> send(const QByteArray &bytes);
    [[nodiscard]] QCoro::Task<> send(const QJsonObject &object); ///< as text
    /// The next message, oldest first, for as long as it takes. A connection that was lost is
    /// thrown once, behind what had arrived on it, unless a new one was awaited since.
    [[nodiscard]] QCoro::Task<Message> receive();
    /// Says goodbye and is done when the connection is closed, or after 5 s. connected() opens a
    /// new one.
    [[nodiscard]] QCoro::Task<> close(int code = 1000, const QString &reason = {});

private:
    std::shared_ptr<WebSocketChannel> m_channel; ///< awaits that are under way hold it too
};

} // namespace semper
