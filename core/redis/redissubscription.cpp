// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/redissubscription.h>

#include "redis/redissubscriber.h"
#include <semper/suspension.h>
#include <semper/taskscope.h>

#include <QScopeGuard>

#include <utility>

namespace semper {

namespace {

using Subscriber = std::shared_ptr<RedisSubscriber>;

/// Until something changed, or \a limit is over.
QCoro::Task<> change(Subscriber subscriber, std::optional<std::chrono::milliseconds> limit)
{
    Suspension waiter(subscriber->scope(), Suspension::OnStop::Throw);
    if (limit)
        waiter.endAfter(*limit);
    subscriber->addWaiter(&waiter);
    const auto leave = qScopeGuard([&] { subscriber->removeWaiter(&waiter); });
    co_await waiter.ended();
}

QCoro::Task<std::optional<RedisMessage>> fetch(
    Subscriber subscriber, std::optional<std::chrono::milliseconds> limit)
{
    Clock &clock = subscriber->scope().clock();
    const std::chrono::milliseconds begin = clock.now();
    // After a stop the await is what throws.
    while (!subscriber->hasMessages() || subscriber->scope().stopRequested()) {
        subscriber->throwIfRefused();
        std::optional<std::chrono::milliseconds> rest;
        if (limit)
            rest = begin + *limit - clock.now();
        if (rest && rest->count() <= 0)
            co_return std::nullopt;
        co_await change(subscriber, rest);
    }
    co_return subscriber->take();
}

QCoro::Task<RedisMessage> fetchOne(Subscriber subscriber)
{
    const std::optional<RedisMessage> message = co_await fetch(subscriber, std::nullopt);
    co_return *message;
}

QCoro::Task<> establish(Subscriber subscriber)
{
    while (!subscriber->isEstablished()) {
        subscriber->throwIfRefused();
        co_await change(subscriber, std::nullopt);
    }
}

} // namespace

RedisSubscription::RedisSubscription(std::shared_ptr<RedisSubscriber> subscriber)
    : m_subscriber(std::move(subscriber))
{ }

RedisSubscription::RedisSubscription(RedisSubscription &&other) noexcept = default;

RedisSubscription &RedisSubscription::operator=(RedisSubscription &&other) noexcept
{
    std::swap(m_subscriber, other.m_subscriber);
    return *this;
}

RedisSubscription::~RedisSubscription()
{
    if (m_subscriber)
        m_subscriber->shut();
}

QCoro::Task<RedisMessage> RedisSubscription::next()
{
    return fetchOne(m_subscriber);
}

QCoro::Task<std::optional<RedisMessage>> RedisSubscription::nextWithin(
    std::chrono::milliseconds limit)
{
    return fetch(m_subscriber, limit);
}

QCoro::Task<> RedisSubscription::established()
{
    return establish(m_subscriber);
}

bool RedisSubscription::isEstablished() const
{
    return m_subscriber->isEstablished();
}

qint64 RedisSubscription::dropped() const
{
    return m_subscriber->dropped();
}

} // namespace semper
