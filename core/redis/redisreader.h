// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/redisreply.h>

#include <QByteArrayView>
#include <QString>

#include <memory>
#include <optional>

struct redisReadTask;
struct redisReader;

namespace semper {

/// Cuts the bytes of one connection into replies. Reading is hiredis'; what it builds are
/// RedisReply values, within a bound.
class SEMPER_REDIS_EXPORT RedisReader
{
public:
    enum class Problem { None, Protocol, TooLarge };

    /// \a maximumBytes as in RedisOptions::maximumReplyBytes.
    explicit RedisReader(qint64 maximumBytes);
    ~RedisReader();
    Q_DISABLE_COPY_MOVE(RedisReader)

    void feed(QByteArrayView bytes);
    /// The next whole reply; nothing until more is fed, and for ever once there is a problem.
    [[nodiscard]] std::optional<RedisReply> next();

    [[nodiscard]] Problem problem() const { return m_problem; }
    [[nodiscard]] QString problemText() const { return m_problemText; }

private:
    struct Builder;

    [[nodiscard]] RedisReply *place(const redisReadTask *task);
    /// False, and there is a problem, when the reply would take more than it may.
    [[nodiscard]] bool spend(qint64 bytes);
    void refuse();

    std::unique_ptr<redisReader, void (*)(redisReader *)> m_reader;
    qint64 m_maximumBytes;
    RedisReply m_root; ///< is being built
    qint64 m_fed = 0; ///< bytes since the last whole reply
    qint64 m_spent = 0; ///< by m_root
    Problem m_problem = Problem::None;
    QString m_problemText;
};

} // namespace semper
