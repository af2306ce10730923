// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/peerhandler.h>
#include <semper/semper_server_export.h>
#include <semper/servicelimits.h>

#include <QByteArray>
#include <QMap>
#include <QObject>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace semper {

class Dialogue;
class FrameConnection;
class MessageConnection;

/// The clients of one service, or of one path of it, that a handler is for, and those of them that
/// watch the server instead. The services' thread only.
class SEMPER_SERVER_EXPORT PeerGroup : public QObject
{
    Q_OBJECT
public:
    /// What the server lets clients do that say hello. Without it a hello is like any message.
    struct Stock
    {
        std::function<bool(const QByteArray &token)> isToken = {};
        std::function<void(FrameConnection *)> openWatcher = {};
    };

    using QObject::QObject;
    ~PeerGroup() override;

    void setHandler(PeerHandler handler) { m_handler = std::move(handler); }
    [[nodiscard]] const PeerHandler &handler() const { return m_handler; }
    void setConnected(PeerListener listener) { m_connected = std::move(listener); }
    void setDisconnected(PeerListener listener) { m_disconnected = std::move(listener); }
    /// The service goes: none of its handlers is called any more, for what they captured may be
    /// gone.
    void fallSilent();
    void setStock(Stock stock) { m_stock = std::move(stock); }
    [[nodiscard]] const Stock &stock() const { return m_stock; }
    /// Those of the service: a client that has to say hello has the time of a handshake for it,
    /// and as many handlers as connections may run for clients that have gone.
    void setLimits(const ServiceLimits &limits);
    [[nodiscard]] std::chrono::milliseconds timeToGreet() const { return m_timeToGreet; }

    /// Too many handlers run for clients that have gone.
    [[nodiscard]] bool isOverrun() const { return *m_abandoned >= m_mostAbandoned; }
    /// How many do. Outlives this.
    [[nodiscard]] std::shared_ptr<int> abandoned() const { return m_abandoned; }

    /// What one message may have at most, whatever the service allows: watchers need far less, and
    /// strangers are to hold no memory.
    [[nodiscard]] qint64 messageCap(bool forWatching) const;

    /// Talks with the client of \a connection, which is open, until it closes.
    void adopt(MessageConnection *connection);
    /// Watchers are no peers: these three pass them by. False: no such client, or it can't be sent.
    bool send(quint64 id, const Message &message);
    /// To every client that is connected.
    void broadcast(const Message &message);
    bool close(quint64 id, quint16 code, const QString &reason);

private:
    friend class Dialogue;
    /// It is a watcher now, or has gone.
    void left(quint64 id);

    PeerHandler m_handler;
    PeerListener m_connected;
    PeerListener m_disconnected;
    Stock m_stock;
    std::chrono::milliseconds m_timeToGreet = ServiceLimits().handshakeTimeout;
    int m_mostAbandoned = ServiceLimits().connections;
    std::shared_ptr<int> m_abandoned = std::make_shared<int>(0);
    QMap<quint64, Dialogue *> m_peers; ///< by id
};

} // namespace semper
