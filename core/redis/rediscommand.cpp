// SPDX-License-Identifier: LGPL-3.0-or-later
#include "redis/rediscommand.h"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <hiredis/hiredis.h>

namespace semper {

namespace {

struct Unshareable
{
    const char *name;
    const char *instead;
};

constexpr const char useBlocking[] = "it holds up the connection: use blocking()";
constexpr const char holdsUp[] = "it holds up the connection";
constexpr const char useSubscribe[] = "it changes the connection: use subscribe()";
constexpr const char useTransaction[] = "the connection is shared: use transaction()";
constexpr const char useUrl[] = "the connection is shared: say it in the URL";
constexpr const char notHere[] = "it changes a connection that others use too";

constexpr Unshareable unshareable[] = {
    {"BLPOP", useBlocking},
    {"BRPOP", useBlocking},
    {"BLMOVE", useBlocking},
    {"BRPOPLPUSH", useBlocking},
    {"BZPOPMIN", useBlocking},
    {"BZPOPMAX", useBlocking},
    {"BLMPOP", notHere},
    {"BZMPOP", notHere},
    {"SUBSCRIBE", useSubscribe},
    {"PSUBSCRIBE", useSubscribe},
    {"SSUBSCRIBE", useSubscribe},
    {"UNSUBSCRIBE", useSubscribe},
    {"PUNSUBSCRIBE", useSubscribe},
    {"SUNSUBSCRIBE", useSubscribe},
    {"MULTI", useTransaction},
    {"EXEC", useTransaction},
    {"DISCARD", useTransaction},
    {"WATCH", notHere},
    {"SELECT", useUrl},
    {"AUTH", useUrl},
    {"HELLO", notHere},
    {"MONITOR", notHere},
    {"RESET", notHere},
    {"QUIT", notHere},
    {"SYNC", notHere},
    {"PSYNC", notHere},
    {"WAIT", holdsUp},
    {"WAITAOF", holdsUp},
    {"CLIENT REPLY", notHere},
    {"CLIENT TRACKING", notHere},
};

[[nodiscard]] bool isStreamRead(const QByteArray &upperName)
{
    return upperName == "XREAD" || upperName == "XREADGROUP";
}

/// Whether a read of streams says BLOCK, which stands somewhere in front of STREAMS.
[[nodiscard]] bool saysBlock(const QList<QByteArray> &words)
{
    for (qsizetype i = 1; i < words.size(); ++i) {
        const QByteArray upper = words.at(i).toUpper();
        if (upper == "BLOCK")
            return true;
        if (upper == "STREAMS")
            return false;
        i += upper == "GROUP" ? 2 : upper == "COUNT" ? 1 : 0; // with names that may be anything
    }
    return false;
}

} // namespace

QByteArray encodeRedisCommand(const QList<QByteArray> &words)
{
    if (words.isEmpty() || words.constFirst().isEmpty())
        throw std::invalid_argument("a Redis command without a name");
    std::vector<const char *> texts;
    std::vector<size_t> sizes;
    texts.reserve(size_t(words.size()));
    sizes.reserve(size_t(words.size()));
    for (const QByteArray &word : words) {
        texts.push_back(word.constData());
        sizes.push_back(size_t(word.size()));
    }
    char *command = nullptr;
    const auto length
        = redisFormatCommandArgv(&command, int(texts.size()), texts.data(), sizes.data());
    if (length < 0)
        throw std::bad_alloc();
    const QByteArray bytes(command, qsizetype(length));
    redisFreeCommand(command);
    return bytes;
}

void refuseUnshareable(const QList<QByteArray> &words)
{
    const QByteArray upper = words.constFirst().toUpper();
    const QByteArray both = upper + ' ' + words.value(1).toUpper();
    const auto *const found = std::find_if(std::begin(unshareable), std::end(unshareable),
        [&](const Unshareable &one) { return upper == one.name || both == one.name; });
    if (found != std::end(unshareable))
        throw std::invalid_argument(
            QByteArray(found->name + QByteArray(" is not sent: ") + found->instead).toStdString());
    if (isStreamRead(upper) && saysBlock(words))
        throw std::invalid_argument(
            (upper + " with BLOCK is not sent: " + useBlocking).toStdString());
}

QList<QByteArray> blockingRedisCommand(
    const QList<QByteArray> &words, std::chrono::milliseconds limit)
{
    const QByteArray upper = words.constFirst().toUpper();
    QList<QByteArray> all = words;
    if (isStreamRead(upper) && !saysBlock(words)) {
        all.insert(1, "BLOCK");
        all.insert(2, QByteArray::number(qint64(limit.count())));
        return all;
    }
    const auto known = {"BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX"};
    if (std::none_of(
            known.begin(), known.end(), [&upper](const char *one) { return upper == one; }))
        throw std::invalid_argument(
            (isStreamRead(upper) ? QByteArray("BLOCK is not said twice: the limit stands in front")
                                 : upper + " does not wait: use command()")
                .toStdString());
    all.append(QByteArray::number(double(limit.count()) / 1000, 'f', 3));
    return all;
}

} // namespace semper
