// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/redisargument.h>
#include <semper/redisreply.h>
#include <semper/semper_redis_export.h>
#include <semper/task.h>

#include <QList>

namespace semper {

class Redis;

/// Commands that are sent as one, and answered as one. Made by Redis::pipeline() or, for all or
/// nothing, Redis::transaction(). The Redis must outlive it.
class SEMPER_REDIS_EXPORT RedisPipeline
{
public:
    enum class Kind { Plain, Transaction };

    RedisPipeline(Redis &redis, Kind kind);

    /// Throws std::invalid_argument for commands that Redis::command() does not send either.
    template <class... Words>
    RedisPipeline &add(const RedisArgument &name, const Words &...words)
    {
        append({name.bytes(), RedisArgument(words).bytes()...});
        return *this;
    }
    [[nodiscard]] qsizetype size() const { return m_count; }

    /// The answers in the order of the commands, and the pipeline is empty again. An error of one
    /// command is its answer, and hinders no other one. Of a transaction whose commands the server
    /// does not take, nothing is done and RedisError thrown; where it is MULTI itself that is
    /// refused, what() says that the commands may have been carried out one by one. Otherwise
    /// throws as Redis::command() does; when a connection is lost a transaction was done whole or
    /// not at all.
    [[nodiscard]] QCoro::Task<QList<RedisReply>> run();

private:
    void append(const QList<QByteArray> &words);

    Redis *m_redis;
    Kind m_kind;
    QByteArray m_bytes;
    qsizetype m_count = 0;
};

} // namespace semper
