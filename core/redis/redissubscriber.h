// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "redis/redisconnection.h"
#include <semper/redismessage.h>

#include <QByteArray>
#include <QList>
#include <QObject>

#include <chrono>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <optional>

namespace semper {

class RedisReply;
class Suspension;

/// The inside of a subscription: its connection, and the messages that wait to be fetched.
class RedisSubscriber : public QObject
{
    Q_OBJECT
public:
    /// \a command is SUBSCRIBE or PSUBSCRIBE.
    RedisSubscriber(TaskScope &scope, const RedisAddress &address, const RedisOptions &options,
        const QByteArray &command, const QList<QByteArray> &names);
    ~RedisSubscriber() override;

    /// Those who wait get an error, now and later.
    void shut();

    [[nodiscard]] TaskScope &scope() const { return m_scope; }
    [[nodiscard]] bool isEstablished() const { return m_confirmed == m_expected; }
    [[nodiscard]] bool hasMessages() const { return m_gapInFront || !m_messages.empty(); }
    [[nodiscard]] qint64 dropped() const { return m_dropped; }
    [[nodiscard]] RedisMessage take();
    /// Throws what the server has against the subscription, once.
    void throwIfRefused();

    /// Resumed, all of them, whenever something changes.
    void addWaiter(Suspension *waiter) { m_waiters.push_back(waiter); }
    void removeWaiter(Suspension *waiter) { m_waiters.remove(waiter); }

private:
    void subscribe();
    void receive(const RedisReply &reply);
    void append(RedisMessage message);
    void dropOldest();
    void refuse(const std::exception_ptr &error);
    void wakeWaiters();
    void watch();

    TaskScope &m_scope;
    RedisOptions m_options;
    QByteArray m_subscribing; ///< the command
    qsizetype m_expected;
    qsizetype m_confirmed = 0;
    bool m_wasEstablished = false;
    bool m_isShut = false;
    std::optional<std::chrono::milliseconds> m_askedAt; ///< whether the server is still there
    std::deque<RedisMessage> m_messages;
    qint64 m_bytes = 0;
    bool m_gapInFront = false;
    qint64 m_droppedInFront = 0;
    qint64 m_dropped = 0;
    std::exception_ptr m_error;
    std::list<Suspension *> m_waiters;
    std::unique_ptr<Clock::Timer> m_keepAlive;
    std::unique_ptr<RedisConnection> m_connection;
};

} // namespace semper
