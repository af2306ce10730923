// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/redis.h>

#include "redis/rediscommand.h"
#include "redis/redisconnection.h"
#include "redis/redissubscriber.h"
#include <semper/redisaddress.h>
#include <semper/taskscope.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace semper {

namespace {

using Replies = QList<RedisReply>;

/// Of its arguments only \a scope is there after the await.
QCoro::Task<Replies> ask(TaskScope &scope, RedisConnection &connection, RedisRequest request)
{
    RedisCall call(scope, std::move(request));
    connection.submit(call);
    co_await call.ended();
    co_return call.takeReplies();
}

QCoro::Task<RedisReply> single(QCoro::Task<Replies> exchange)
{
    const Replies replies = co_await exchange;
    replies.constFirst().throwIfError();
    co_return replies.constFirst();
}

QCoro::Task<std::optional<QByteArray>> optionalBytes(QCoro::Task<RedisReply> asked)
{
    const RedisReply reply = co_await asked;
    co_return reply.toOptionalBytes();
}

QCoro::Task<qint64> integer(QCoro::Task<RedisReply> asked)
{
    const RedisReply reply = co_await asked;
    co_return reply.toInteger();
}

QCoro::Task<bool> isMany(QCoro::Task<RedisReply> asked)
{
    const RedisReply reply = co_await asked;
    co_return reply.toInteger() > 0;
}

QCoro::Task<> done(QCoro::Task<RedisReply> asked)
{
    co_await asked;
}

} // namespace

struct Redis::Private
{
    Private(TaskScope &owner, QAnyStringView url, const RedisOptions &chosen)
        : scope(owner)
        , address(RedisAddress::fromUrl(url))
        , options(chosen)
        , commands(owner, address, options, RedisConnection::Purpose::Commands)
    { }

    /// One that nobody uses now.
    [[nodiscard]] RedisConnection &freeConnection()
    {
        for (const auto &connection : blocking) {
            if (connection->isIdle())
                return *connection;
        }
        return *blocking.emplace_back(std::make_unique<RedisConnection>(
            scope, address, options, RedisConnection::Purpose::Blocking));
    }

    TaskScope &scope;
    RedisAddress address;
    RedisOptions options;
    RedisConnection commands;
    std::vector<std::unique_ptr<RedisConnection>> blocking; ///< as many as were needed at once
};

Redis::Redis(TaskScope &scope, QAnyStringView url, const RedisOptions &options)
    : m_private(std::make_unique<Private>(scope, url, options))
{ }

Redis::~Redis() = default;

QCoro::Task<Replies> Redis::exchange(const QByteArray &bytes, qsizetype replies)
{
    return ask(m_private->scope, m_private->commands,
        {.bytes = bytes, .replies = replies, .timeout = m_private->options.timeout});
}

QCoro::Task<RedisReply> Redis::send(const QList<QByteArray> &words)
{
    refuseUnshareable(words);
    return single(exchange(encodeRedisCommand(words), 1));
}

QCoro::Task<RedisReply> Redis::sendBlocking(
    std::chrono::milliseconds limit, QList<QByteArray> words)
{
    if (limit.count() <= 0)
        throw std::invalid_argument("a blocking command needs a limit above 0");
    words = blockingRedisCommand(words, limit);
    return single(ask(m_private->scope, m_private->freeConnection(),
        {.bytes = encodeRedisCommand(words),
            .replies = 1,
            .timeout = m_private->options.timeout,
            .answerTimeout = limit + m_private->options.timeout}));
}

QCoro::Task<std::optional<QByteArray>> Redis::get(const RedisArgument &key)
{
    return optionalBytes(send({"GET", key.bytes()}));
}

QCoro::Task<> Redis::set(const RedisArgument &key, const RedisArgument &value)
{
    return done(send({"SET", key.bytes(), value.bytes()}));
}

QCoro::Task<> Redis::set(
    const RedisArgument &key, const RedisArgument &value, std::chrono::milliseconds lifetime)
{
    return done(send(
        {"SET", key.bytes(), value.bytes(), "PX", QByteArray::number(qint64(lifetime.count()))}));
}

QCoro::Task<bool> Redis::remove(const RedisArgument &key)
{
    return isMany(send({"DEL", key.bytes()}));
}

QCoro::Task<qint64> Redis::increment(const RedisArgument &key, qint64 by)
{
    return integer(send({"INCRBY", key.bytes(), QByteArray::number(by)}));
}

QCoro::Task<qint64> Redis::publish(const RedisArgument &channel, const RedisArgument &payload)
{
    return integer(send({"PUBLISH", channel.bytes(), payload.bytes()}));
}

RedisSubscription Redis::subscribeTo(const QByteArray &command, const QList<QByteArray> &names)
{
    return RedisSubscription(std::make_shared<RedisSubscriber>(
        m_private->scope, m_private->address, m_private->options, command, names));
}

bool Redis::isConnected() const
{
    return m_private->commands.isOpen();
}

QString Redis::problem() const
{
    return m_private->commands.problem();
}

} // namespace semper
