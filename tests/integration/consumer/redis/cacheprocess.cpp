// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/redis.h>
#include <semper/userprocess.h>

using namespace std::chrono_literals;

class CacheProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        semper::Redis redis(process, u"redis://127.0.0.1:6379/0");
        semper::RedisSubscription news = redis.subscribe(u"news");
        while (!process.stopRequested()) {
            const std::optional<semper::RedisMessage> message = co_await news.nextWithin(3s);
            if (message && !message->isGap)
                co_await redis.set(u"newest", message->payload, 60s);
            const semper::RedisReply user = co_await redis.command(u"HGETALL", u"user:1");
            process.setStatus(user.toMap().value("name").toText());
        }
    }
};
SEMPER_USER_PROCESS(CacheProcess)

#include "cacheprocess.moc"
