// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/redisreply.h>
#include <semper/suspension.h>

#include <QByteArray>
#include <QList>

#include <chrono>
#include <exception>
#include <list>
#include <memory>
#include <optional>

namespace semper {

class TaskScope;
class RedisCall;
class RedisConnection;

/// Commands that are sent as one, and how long there is patience with them.
struct RedisRequest
{
    QByteArray bytes;
    qsizetype replies = 1;
    /// Until the answer, or only until it is sent where there is an answerTimeout.
    std::chrono::milliseconds timeout{0};
    /// From the sending on.
    std::optional<std::chrono::milliseconds> answerTimeout = std::nullopt;
};

/// Commands whose answers have not come yet, in the order in which they were sent.
struct RedisExpectation
{
    RedisCall *call; ///< nothing when nobody waits for it any more
    qsizetype missing; ///< answers
};

/// A request that is awaited. It stands in the frame of the coroutine that asks.
class RedisCall
{
public:
    RedisCall(TaskScope &scope, RedisRequest request);
    ~RedisCall();
    Q_DISABLE_COPY_MOVE(RedisCall)

    [[nodiscard]] Suspension::Reference ended() { return m_suspension.ended(); }
    [[nodiscard]] QList<RedisReply> takeReplies() { return std::move(m_replies); }

private:
    friend class RedisConnection;

    template <class Failure>
    void fail(const Failure &failure)
    {
        end();
        m_suspension.fail(std::make_exception_ptr(failure));
    }
    /// The connection has nothing to do with it any more.
    void end();

    RedisRequest m_request;
    Suspension m_suspension;
    std::unique_ptr<Clock::Timer> m_timer;
    QList<RedisReply> m_replies;
    RedisConnection *m_connection = nullptr; ///< as long as it waits or is expected there
    bool m_isSent = false;
    std::chrono::milliseconds m_sentAt{0};
    std::list<RedisCall *>::iterator m_waitingPlace;
    std::list<RedisExpectation>::iterator m_sentPlace;
};

} // namespace semper
