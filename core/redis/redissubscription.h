// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/redismessage.h>
#include <semper/semper_redis_export.h>
#include <semper/task.h>

#include <chrono>
#include <memory>
#include <optional>

namespace semper {

class RedisSubscriber;

/// A subscription to channels, on a connection of its own, for as long as this lives. After a lost
/// connection it subscribes again and hands out a RedisMessage that is a gap. For the
/// thread of its Redis.
/// \code
/// semper::RedisSubscription news = redis.subscribe(u"prices", u"orders");
/// while (!process.stopRequested()) {
///     const semper::RedisMessage message = co_await news.next();
///     if (message.isGap)
///         reloadEverything();
///     else
///         apply(message.payload);
/// }
/// \endcode
class SEMPER_REDIS_EXPORT RedisSubscription
{
public:
    explicit RedisSubscription(std::shared_ptr<RedisSubscriber> subscriber);
    RedisSubscription(RedisSubscription &&other) noexcept;
    RedisSubscription &operator=(RedisSubscription &&other) noexcept;
    /// Those who still wait for a message get RedisUnreachable.
    ~RedisSubscription();
    Q_DISABLE_COPY(RedisSubscription)

    /// The next message, or gap; waits for it as long as it takes, whether the server is there or
    /// not. Throws RedisError when the server refuses the subscription, which is asked for again
    /// after a while: so it may be called again. Throws Stopped on a stop.
    [[nodiscard]] QCoro::Task<RedisMessage> next();
    /// The same for at most \a limit; then it is nothing.
    [[nodiscard]] QCoro::Task<std::optional<RedisMessage>> nextWithin(
        std::chrono::milliseconds limit);
    /// Waits until the server has confirmed the subscription: what is published from then on comes.
    [[nodiscard]] QCoro::Task<> established();

    [[nodiscard]] bool isEstablished() const;
    /// Messages that came and were dropped because too many waited; never falls.
    [[nodiscard]] qint64 dropped() const;

private:
    std::shared_ptr<RedisSubscriber> m_subscriber;
};

} // namespace semper
