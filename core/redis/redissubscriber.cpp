// SPDX-License-Identifier: LGPL-3.0-or-later
#include "redis/redissubscriber.h"

#include "redis/rediscommand.h"
#include <semper/rediserror.h>
#include <semper/taskscope.h>

#include <QLoggingCategory>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logSubscription, "semper.redis.subscription", QtInfoMsg)

} // namespace

RedisSubscriber::RedisSubscriber(TaskScope &scope, const RedisAddress &address,
    const RedisOptions &options, const QByteArray &command, const QList<QByteArray> &names)
    : m_scope(scope)
    , m_options(options)
    , m_subscribing(encodeRedisCommand(QList<QByteArray>{command} + names))
    , m_expected(names.size())
    , m_keepAlive(scope.clock().timer([this] { watch(); }))
    , m_connection(std::make_unique<RedisConnection>(
          scope, address, options, RedisConnection::Purpose::Subscription))
{
    connect(m_connection.get(), &RedisConnection::opened, this, &RedisSubscriber::subscribe);
    connect(m_connection.get(), &RedisConnection::lost, this, [this] { m_confirmed = 0; });
    connect(m_connection.get(), &RedisConnection::pushed, this, &RedisSubscriber::receive);
    connect(m_connection.get(), &RedisConnection::refused, this, &RedisSubscriber::refuse);
}

RedisSubscriber::~RedisSubscriber() = default;

void RedisSubscriber::shut()
{
    m_isShut = true;
    m_keepAlive->stop();
    m_connection.reset();
    refuse(std::make_exception_ptr(RedisUnreachable(u"the subscription is closed"_s)));
}

void RedisSubscriber::subscribe()
{
    m_askedAt.reset();
    m_connection->write(m_subscribing);
    m_keepAlive->start(m_options.keepAlive);
}

void RedisSubscriber::watch()
{
    if (!m_connection->isOpen())
        return; // it starts again with the next connection
    const auto now = m_scope.clock().now();
    const auto silence = now - m_connection->lastHeard();
    if (m_askedAt && m_connection->lastHeard() < *m_askedAt) {
        m_connection->drop(u"the server does not answer any more"_s);
    } else if (silence < m_options.keepAlive) {
        m_askedAt.reset();
        m_keepAlive->start(m_options.keepAlive - silence);
    } else {
        m_askedAt = now;
        m_connection->write(encodeRedisCommand({"PING"}));
        m_keepAlive->start(m_options.timeout);
    }
}

void RedisSubscriber::receive(const RedisReply &reply)
{
    if (reply.isError()) {
        const RedisError error(reply.errorMessage());
        refuse(std::make_exception_ptr(error));
        // Its rights may be given later: the next connection asks again.
        m_connection->drop(QString::fromUtf8(error.what()));
        return;
    }
    if (!reply.isArray() || reply.size() < 2)
        return;
    const QByteArray kind = reply.at(0).toBytes();
    if (kind == "message" && reply.size() == 3) {
        append({.channel = reply.at(1).toText(), .payload = reply.at(2).toBytes()});
    } else if (kind == "pmessage" && reply.size() == 4) {
        append({.channel = reply.at(2).toText(),
            .pattern = reply.at(1).toText(),
            .payload = reply.at(3).toBytes()});
    } else if (kind == "subscribe" || kind == "psubscribe") {
        if (++m_confirmed < m_expected)
            return;
        m_error = nullptr;
        m_connection->tellRecovery();
        if (std::exchange(m_wasEstablished, true))
            append({.isGap = true});
        wakeWaiters();
    }
}

void RedisSubscriber::append(RedisMessage message)
{
    m_bytes += message.payload.size();
    m_messages.push_back(std::move(message));
    while (qsizetype(m_messages.size()) > m_options.maximumMessages
        || (m_bytes > m_options.maximumMessageBytes && m_messages.size() > 1))
        dropOldest();
    wakeWaiters();
}

void RedisSubscriber::dropOldest()
{
    const RedisMessage oldest = std::move(m_messages.front());
    m_messages.pop_front();
    m_bytes -= oldest.payload.size();
    if (!std::exchange(m_gapInFront, true))
        qCWarning(logSubscription, "messages are fetched too slowly: the oldest are dropped");
    if (oldest.isGap)
        return;
    ++m_droppedInFront;
    ++m_dropped;
}

RedisMessage RedisSubscriber::take()
{
    if (std::exchange(m_gapInFront, false))
        return {.isGap = true, .dropped = std::exchange(m_droppedInFront, 0)};
    RedisMessage message = std::move(m_messages.front());
    m_messages.pop_front();
    m_bytes -= message.payload.size();
    return message;
}

void RedisSubscriber::refuse(const std::exception_ptr &error)
{
    m_error = error;
    wakeWaiters();
}

void RedisSubscriber::throwIfRefused()
{
    if (!m_error)
        return;
    const std::exception_ptr error = m_error;
    if (!m_isShut)
        m_error = nullptr;
    std::rethrow_exception(error);
}

void RedisSubscriber::wakeWaiters()
{
    for (Suspension *waiter : std::as_const(m_waiters))
        waiter->resume();
}

} // namespace semper
