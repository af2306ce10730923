// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>

#include <vector>

namespace semper {

class RedisReply;
struct RedisAddress;

/// What is said first on a connection: the password, the database, who this is, and whether the
/// server has loaded its data; and what its answers mean.
class RedisGreeting
{
public:
    enum class Verdict {
        GoOn, ///< another answer has to come
        Welcome,
        Later, ///< it may be otherwise at the next try
        Refused, ///< it needs somebody to change something
    };

    /// Throws RedisUnreachable when the password cannot be read.
    RedisGreeting(const RedisAddress &address, const QByteArray &clientName);

    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }
    [[nodiscard]] Verdict take(const RedisReply &reply);
    /// What the server said instead of a welcome. Of its answer to a password only the code: some
    /// servers repeat what they were sent.
    [[nodiscard]] QByteArray refusal() const { return m_refusal; }

private:
    struct Step
    {
        QByteArray command;
        bool isOptional;
    };
    void say(const QList<QByteArray> &words, bool isOptional = false);

    QByteArray m_bytes;
    std::vector<Step> m_steps;
    size_t m_answered = 0;
    QByteArray m_refusal;
};

} // namespace semper
