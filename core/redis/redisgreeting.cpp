// SPDX-License-Identifier: LGPL-3.0-or-later
#include "redis/redisgreeting.h"

#include "redis/rediscommand.h"
#include <semper/redisaddress.h>
#include <semper/redisreply.h>

namespace semper {

namespace {

/// Conditions that pass by themselves.
[[nodiscard]] bool passes(const QByteArray &error)
{
    return error.startsWith("LOADING") || error.startsWith("MASTERDOWN")
        || error.startsWith("CLUSTERDOWN") || error.startsWith("BUSY")
        || error.startsWith("ERR max number of clients");
}

} // namespace

RedisGreeting::RedisGreeting(const RedisAddress &address, const QByteArray &clientName)
{
    const QByteArray secret = address.secret().toUtf8();
    if (!secret.isEmpty() && address.user.isEmpty())
        say({"AUTH", secret});
    else if (!secret.isEmpty())
        say({"AUTH", address.user.toUtf8(), secret});
    if (address.database != 0)
        say({"SELECT", QByteArray::number(address.database)});
    say({"CLIENT", "SETNAME", clientName}, true);
    say({"PING"});
}

void RedisGreeting::say(const QList<QByteArray> &words, bool isOptional)
{
    m_bytes += encodeRedisCommand(words);
    m_steps.push_back({words.constFirst(), isOptional});
}

RedisGreeting::Verdict RedisGreeting::take(const RedisReply &reply)
{
    const Step &step = m_steps.at(m_answered++);
    if (reply.isError() && !step.isOptional) {
        const QByteArray message = reply.errorMessage();
        m_refusal
            = step.command == "AUTH" ? message.left(message.indexOf(' ')) + " to AUTH" : message;
        return passes(message) ? Verdict::Later : Verdict::Refused;
    }
    return m_answered == m_steps.size() ? Verdict::Welcome : Verdict::GoOn;
}

} // namespace semper
