// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_redis_export.h>

#include <QByteArray>
#include <QList>

#include <chrono>

namespace semper {

/// The command as it goes over the wire; binary safe. Throws std::invalid_argument without words.
[[nodiscard]] SEMPER_REDIS_EXPORT QByteArray encodeRedisCommand(const QList<QByteArray> &words);

/// Throws std::invalid_argument for what would change or hold up a connection that others use too:
/// SELECT, AUTH, MULTI, WATCH, SUBSCRIBE, BLPOP, XREAD with BLOCK and the like. what() says what to
/// use instead.
SEMPER_REDIS_EXPORT void refuseUnshareable(const QList<QByteArray> &words);

/// \a words with how long the server waits, where that command has it. Throws
/// std::invalid_argument for commands that do not wait, or say themselves how long.
[[nodiscard]] SEMPER_REDIS_EXPORT QList<QByteArray> blockingRedisCommand(
    const QList<QByteArray> &words, std::chrono::milliseconds limit);

} // namespace semper
