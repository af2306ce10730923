// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "protocol/growingdelay.h"
#include "redis/rediscall.h"
#include <semper/clock.h>
#include <semper/redisaddress.h>
#include <semper/redisoptions.h>

#include <QObject>
#include <QString>

#include <exception>
#include <list>
#include <memory>

namespace semper {

class TaskScope;
class RedisGreeting;
class RedisReader;
class RedisSocket;

/// One connection that comes back by itself for as long as this lives. Calls wait while there is
/// none; what was sent is never sent again. Nothing that belongs to a user runs inside of it: calls
/// end from the event loop.
class RedisConnection : public QObject
{
    Q_OBJECT
public:
    enum class Purpose {
        Commands, ///< shared, one answer for each command
        Blocking, ///< one call at a time; a call that is given up takes its connection along
        Subscription, ///< whatever comes is handed on
    };

    /// \a scope must outlive it. Connects from the event loop on.
    RedisConnection(TaskScope &scope, RedisAddress address, const RedisOptions &options,
        Purpose purpose, QObject *parent = nullptr);
    /// What is not answered yet fails.
    ~RedisConnection() override;

    void submit(RedisCall &call);
    /// Nobody waits for \a call any more.
    void forget(RedisCall &call);
    void timeOut(RedisCall &call);

    /// On a subscription that is open: sends without expecting an answer.
    void write(const QByteArray &bytes);
    /// Gives the connection up, for a new one.
    void drop(const QString &problem);
    /// Of a subscription, once it is confirmed: until then its connection is not worth telling of.
    void tellRecovery();

    [[nodiscard]] bool isOpen() const { return m_state == State::Open; }
    [[nodiscard]] bool isIdle() const { return m_waiting.empty() && m_expected.empty(); }
    /// Why there is no connection; empty while there is one.
    [[nodiscard]] QString problem() const { return m_problem; }
    /// When bytes came last, by the clock.
    [[nodiscard]] std::chrono::milliseconds lastHeard() const { return m_lastHeard; }

Q_SIGNALS:
    void opened();
    void lost();
    /// An answer that belongs to no call.
    void pushed(const semper::RedisReply &reply);
    /// The server does not want us; it is tried again all the same.
    void refused(const std::exception_ptr &error);

private:
    enum class State { Closed, Connecting, Greeting, Open };

    void open();
    void greet();
    void read();
    void take(RedisReply &reply);
    void takeGreeting(const RedisReply &reply);
    void takeAnswer(RedisReply &reply);
    void becomeOpen();
    void close();
    void closeAndRetry(const QString &problem, std::exception_ptr forNext = nullptr);
    void send(RedisCall &call);
    [[nodiscard]] bool isOverloadedBy(const RedisCall &call) const;

    TaskScope &m_scope;
    RedisAddress m_address;
    RedisOptions m_options;
    Purpose m_purpose;
    State m_state = State::Closed;
    RedisSocket *m_socket = nullptr; ///< a child
    std::unique_ptr<RedisReader> m_reader;
    std::unique_ptr<RedisGreeting> m_greeting;
    std::list<RedisCall *> m_waiting; ///< for a connection
    std::list<RedisExpectation> m_expected;
    qint64 m_waitingBytes = 0;
    std::unique_ptr<Clock::Timer> m_patience; ///< with the connection that is being made
    std::unique_ptr<Clock::Timer> m_retry;
    GrowingDelay m_delay; ///< before it connects again
    std::chrono::milliseconds m_openedAt{0};
    std::chrono::milliseconds m_lastHeard{0};
    QString m_problem;
    bool m_problemIsTold = false;
};

} // namespace semper
