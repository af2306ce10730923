// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "boundary/frameconnection.h"
#include "os/doorbell.h"
#include "os/epollthread.h"
#include "protocol/framereader.h"
#include "turns/turntaker.h"

#include <QByteArray>
#include <QHash>
#include <QJsonObject>
#include <QObject>
#include <QQueue>

#include <memory>
#include <mutex>
#include <variant>

namespace semper {

/// Reads, cuts and parses what the hub's peers send, and writes what waits for them, on a thread
/// of its own with one epoll set, so that no peer costs the event loop more than the frames it
/// sent. These are told one of each peer in turn, as Turns has it. The functions are for the thread
/// of this object, and none of them blocks.
class SEMPER_SERVER_EXPORT FramePump : public QObject
{
    Q_OBJECT
public:
    using Id = quint64; ///< of a connection; never used twice

    /// Hears what happens to one connection, on the thread of the pump's object.
    class Listener
    {
    public:
        virtual void frameArrived(const QJsonObject &frame) = 0;
        /// What comes after a broken frame is thrown away.
        virtual void frameBroken(const FrameError &error) = 0;
        /// Less waits to be written than enoughWaiting, after it was more.
        virtual void outputRelieved() = 0;
        /// The peer has closed, or is gone. Nothing follows.
        virtual void hungUp() = 0;

    protected:
        ~Listener() = default;
    };

    static constexpr qint64 enoughWaiting = FrameConnection::enoughWaiting;

    explicit FramePump(QObject *parent = nullptr);
    /// Closes every connection.
    ~FramePump() override;

    /// Takes over a connected socket. \a listener hears of it until remove().
    [[nodiscard]] Id add(int socket, Listener *listener);
    /// Closes it; what waits to be written is dropped.
    void remove(Id id);

    void write(Id id, const QByteArray &encoded);
    [[nodiscard]] qint64 bytesToWrite(Id id) const;
    /// Of all that was written, what the kernel has taken; stays true when the peer is gone.
    [[nodiscard]] qint64 bytesTaken(Id id) const;
    /// Ends the output once everything is written; from now on what comes is thrown away.
    void finish(Id id);
    /// Takes and tells what waits in the kernel already: the last words of a peer that has died.
    void drain(Id id);
    /// Writes what waits, as far as the kernel takes it at once.
    void flush(Id id);
    void flushAll();

private:
    struct Channel;
    struct HungUp
    { };
    struct Relieved
    { };
    using News = std::variant<QJsonObject, FrameError, Relieved, HungUp>;
    struct Arrival
    {
        Id id;
        News news;
    };

    void serve(Id id, quint32 events);
    bool receive(Id id, Channel &channel);
    void send(Id id, Channel &channel);
    void arm(Id id, Channel &channel) const;
    void post(Id id, News news);
    void ring();
    void collect();
    [[nodiscard]] bool deliver();
    void release(Id id);
    void tell(Id id, const News &news);
    [[nodiscard]] std::shared_ptr<Channel> channel(Id id) const;

    QHash<Id, Listener *> m_listeners; ///< like the next, for the object's thread only
    QHash<Id, QQueue<News>> m_news; ///< by connection, what is not told yet
    QQueue<Id> m_order; ///< those of m_news, in the order of their turns
    TurnTaker m_turn;
    mutable std::mutex m_mutex; ///< guards the three below; taken last
    QHash<Id, std::shared_ptr<Channel>> m_channels;
    QList<Arrival> m_arrivals;
    bool m_delivering = false; ///< a hand-over waits for the event loop
    Id m_lastId = 0;
    Doorbell m_bell;
    EpollThread m_thread; ///< last, for it uses the others
};

} // namespace semper
