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
};

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

void refuseUnshareable(const QByteArray &name)
{
    const QByteArray upper = name.toUpper();
    const auto *const found = std::find_if(std::begin(unshareable), std::end(unshareable),
        [&upper](const Unshareable &one) { return upper == one.name; });
    if (found != std::end(unshareable))
        throw std::invalid_argument((upper + " is not sent: " + found->instead).toStdString());
}

} // namespace semper
