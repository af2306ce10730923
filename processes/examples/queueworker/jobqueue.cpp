// SPDX-License-Identifier: LGPL-3.0-or-later
#include "jobqueue.h"

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

JobQueue::JobQueue(semper::TaskScope &scope, QueueSettings settings, const QString &worker)
    : m_redis(scope, settings.redis)
    , m_settings(std::move(settings))
    , m_worker(worker)
    , m_processing(key(u"processing", worker))
{ }

QString JobQueue::key(QStringView kind, const QString &worker) const
{
    const QString name = m_settings.queue + u':' + kind.toString();
    return worker.isEmpty() ? name : name + u':' + worker;
}

QCoro::Task<std::optional<QByteArray>> JobQueue::take()
{
    const semper::RedisReply job = co_await m_redis.blocking(
        1s, u"BLMOVE", m_settings.queue, m_processing, u"RIGHT", u"LEFT");
    co_return job.toOptionalBytes();
}

QCoro::Task<qint64> JobQueue::finish(QByteArray job, QByteArray result)
{
    semper::RedisPipeline transaction = m_redis.transaction();
    transaction.add(u"HSET", key(u"results"), job, result);
    transaction.add(u"LREM", m_processing, 1, job);
    transaction.add(u"LLEN", m_settings.queue);
    const QList<semper::RedisReply> replies = co_await transaction.run();
    co_return replies.at(2).toInteger();
}

QCoro::Task<qint64> JobQueue::giveUp(QByteArray job)
{
    semper::RedisPipeline transaction = m_redis.transaction();
    transaction.add(u"LPUSH", key(u"failed"), job);
    transaction.add(u"LREM", m_processing, 1, job);
    transaction.add(u"LLEN", m_settings.queue);
    const QList<semper::RedisReply> replies = co_await transaction.run();
    co_return replies.at(2).toInteger();
}

QCoro::Task<qint64> JobQueue::depth()
{
    const semper::RedisReply length = co_await m_redis.command(u"LLEN", m_settings.queue);
    co_return length.toInteger();
}

QCoro::Task<qint64> JobQueue::recoverOwn()
{
    return putBack(m_worker);
}

QCoro::Task<qint64> JobQueue::renewLease()
{
    semper::RedisPipeline lease = m_redis.transaction();
    lease.add(u"SET", key(u"alive", m_worker), 1, u"PX", m_settings.lease.count());
    lease.add(u"SADD", key(u"workers"), m_worker);
    lease.add(u"SMEMBERS", key(u"workers"));
    const QList<semper::RedisReply> replies = co_await lease.run();

    qint64 recovered = 0;
    const QList<QByteArray> workers = replies.at(2).toBytesList();
    for (const QByteArray &name : workers) {
        const QString worker = QString::fromUtf8(name);
        const std::optional<QByteArray> lives = co_await m_redis.get(key(u"alive", worker));
        if (lives)
            continue;
        const qint64 jobs = co_await putBack(worker);
        recovered += jobs;
        co_await m_redis.command(u"SREM", key(u"workers"), worker);
    }
    co_return recovered;
}

QCoro::Task<qint64> JobQueue::putBack(QString worker)
{
    // One by one: however many do this at once, each job goes back once.
    for (qint64 jobs = 0;; ++jobs) {
        const semper::RedisReply job = co_await m_redis.command(
            u"LMOVE", key(u"processing", worker), m_settings.queue, u"RIGHT", u"RIGHT");
        if (job.isNil())
            co_return jobs;
    }
}
