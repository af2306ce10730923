// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/redisargument.h>
#include <semper/rediserror.h>
#include <semper/redisoptions.h>
#include <semper/redispipeline.h>
#include <semper/redisreply.h>
#include <semper/redissubscription.h>
#include <semper/semper_redis_export.h>
#include <semper/task.h>

#include <QAnyStringView>

#include <chrono>
#include <memory>
#include <optional>

namespace semper {

class TaskScope;

/// A Redis server, for one user process or a service's own code. It connects by itself, again after
/// each loss, and no call blocks. A command waits for a connection, is sent once, and never
/// repeated: what is thrown says whether it was sent (RedisUnreachable: no; RedisConnectionLost and
/// RedisTimeout: yes, and its outcome is not known). RedisError is the server's own. A stop throws
/// Stopped. A command is on its way when the call returns, so that several can be, and be awaited
/// later. For the thread of the scope.
/// \code
/// semper::Redis redis(process, u"redis://127.0.0.1:6379/0");
/// co_await redis.set(u"greeting", u"hello");
/// const std::optional<QByteArray> greeting = co_await redis.get(u"greeting");
/// const semper::RedisReply user = co_await redis.command(u"HGETALL", u"user:1");
/// \endcode
class SEMPER_REDIS_EXPORT Redis
{
public:
    /// \a url as RedisAddress has it; throws std::invalid_argument for a wrong one. \a scope must
    /// outlive it.
    Redis(TaskScope &scope, QAnyStringView url, const RedisOptions &options = {});
    /// What is still awaited fails.
    ~Redis();
    Q_DISABLE_COPY_MOVE(Redis)

    /// Any command: each argument is a word of it, text, bytes or a number. Throws
    /// std::invalid_argument for those that would change the connection or hold it up.
    template <class... Words>
    [[nodiscard]] QCoro::Task<RedisReply> command(const RedisArgument &name, const Words &...words)
    {
        return send({name.bytes(), RedisArgument(words).bytes()...});
    }

    /// Nothing where there is no such key.
    [[nodiscard]] QCoro::Task<std::optional<QByteArray>> get(const RedisArgument &key);
    [[nodiscard]] QCoro::Task<> set(const RedisArgument &key, const RedisArgument &value);
    /// It is gone after \a lifetime.
    [[nodiscard]] QCoro::Task<> set(
        const RedisArgument &key, const RedisArgument &value, std::chrono::milliseconds lifetime);
    /// Whether there was such a key.
    [[nodiscard]] QCoro::Task<bool> remove(const RedisArgument &key);
    /// The new value.
    [[nodiscard]] QCoro::Task<qint64> increment(const RedisArgument &key, qint64 by = 1);
    /// How many subscriptions it reached.
    [[nodiscard]] QCoro::Task<qint64> publish(
        const RedisArgument &channel, const RedisArgument &payload);

    /// BLPOP, BRPOP, BLMOVE, BRPOPLPUSH, BZPOPMIN or BZPOPMAX, without their last argument, or
    /// XREAD or XREADGROUP without BLOCK. That is \a limit: how long the server waits for something
    /// to come; then the answer is nil. Such calls have connections of their own. One that is cut
    /// short ends its connection, so that the server stops waiting; what it took in that very
    /// moment is lost, but for BLMOVE and the streams.
    template <class... Words>
    [[nodiscard]] QCoro::Task<RedisReply> blocking(
        std::chrono::milliseconds limit, const RedisArgument &name, const Words &...words)
    {
        return sendBlocking(limit, {name.bytes(), RedisArgument(words).bytes()...});
    }

    /// Many commands, sent at once.
    [[nodiscard]] RedisPipeline pipeline() { return {*this, RedisPipeline::Kind::Plain}; }
    /// The same between MULTI and EXEC: no other client's command comes in between.
    [[nodiscard]] RedisPipeline transaction() { return {*this, RedisPipeline::Kind::Transaction}; }

    template <class... Names>
    [[nodiscard]] RedisSubscription subscribe(const RedisArgument &channel, const Names &...more)
    {
        return subscribeTo("SUBSCRIBE", {channel.bytes(), RedisArgument(more).bytes()...});
    }
    /// Patterns as of PSUBSCRIBE: "news.*".
    template <class... Names>
    [[nodiscard]] RedisSubscription subscribePattern(
        const RedisArgument &pattern, const Names &...more)
    {
        return subscribeTo("PSUBSCRIBE", {pattern.bytes(), RedisArgument(more).bytes()...});
    }

    /// Whether there is a connection for commands now.
    [[nodiscard]] bool isConnected() const;
    /// Why there is none; empty while there is one.
    [[nodiscard]] QString problem() const;

private:
    friend class RedisPipeline;
    struct Private;

    [[nodiscard]] QCoro::Task<RedisReply> send(const QList<QByteArray> &words);
    [[nodiscard]] QCoro::Task<RedisReply> sendBlocking(
        std::chrono::milliseconds limit, QList<QByteArray> words);
    [[nodiscard]] RedisSubscription subscribeTo(
        const QByteArray &command, const QList<QByteArray> &names);
    [[nodiscard]] QCoro::Task<QList<RedisReply>> exchange(
        const QByteArray &bytes, qsizetype replies);

    std::unique_ptr<Private> m_private;
};

} // namespace semper
