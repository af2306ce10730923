// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_redis_export.h>

#include <QByteArray>
#include <QList>

namespace semper {

/// The command as it goes over the wire; binary safe. Throws std::invalid_argument without words.
[[nodiscard]] SEMPER_REDIS_EXPORT QByteArray encodeRedisCommand(const QList<QByteArray> &words);

/// Throws std::invalid_argument for what would change or hold up a connection that others use too:
/// SELECT, AUTH, MULTI, WATCH, SUBSCRIBE, BLPOP and the like. what() says what to use instead.
SEMPER_REDIS_EXPORT void refuseUnshareable(const QByteArray &name);

} // namespace semper
