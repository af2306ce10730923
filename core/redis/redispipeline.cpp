// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/redispipeline.h>

#include "redis/rediscommand.h"
#include <semper/redis.h>
#include <semper/rediserror.h>

#include <algorithm>
#include <utility>

namespace semper {

namespace {

QCoro::Task<QList<RedisReply>> nothing()
{
    co_return QList<RedisReply>();
}

/// Of MULTI, what was queued, and EXEC, only the answer of the last one counts.
QCoro::Task<QList<RedisReply>> executed(QCoro::Task<QList<RedisReply>> exchange)
{
    const QList<RedisReply> replies = co_await exchange;
    const RedisReply &begun = replies.constFirst();
    if (begun.isError()) // so that what followed was no transaction
        throw RedisError(begun.errorMessage()
            + ": MULTI was refused, the commands may have been carried out one by one");
    const RedisReply outcome = replies.constLast();
    if (outcome.isError()) {
        // "EXECABORT ... because of previous errors": this is the one.
        const auto cause = std::find_if(replies.cbegin(), replies.cend(),
            [](const RedisReply &reply) { return reply.isError(); });
        cause->throwIfError();
    }
    co_return outcome.toList();
}

} // namespace

RedisPipeline::RedisPipeline(Redis &redis, Kind kind)
    : m_redis(&redis)
    , m_kind(kind)
{ }

void RedisPipeline::append(const QList<QByteArray> &words)
{
    refuseUnshareable(words);
    m_bytes += encodeRedisCommand(words);
    ++m_count;
}

QCoro::Task<QList<RedisReply>> RedisPipeline::run()
{
    const qsizetype count = std::exchange(m_count, 0);
    const QByteArray bytes = std::exchange(m_bytes, {});
    if (count == 0)
        return nothing();
    if (m_kind == Kind::Plain)
        return m_redis->exchange(bytes, count);
    return executed(m_redis->exchange(
        encodeRedisCommand({"MULTI"}) + bytes + encodeRedisCommand({"EXEC"}), count + 2));
}

} // namespace semper
