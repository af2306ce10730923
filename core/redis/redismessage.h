// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace semper {

/// What a subscription hands out, in order: a message, or the news that some may be missing here.
struct RedisMessage
{
    QString channel = {};
    QString pattern = {}; ///< that the channel matched; empty for a channel that was named
    QByteArray payload = {};
    /// No message: the connection was lost and is subscribed again now, or too many waited. What
    /// is kept in step by messages has to be read anew.
    bool isGap = false;
    qint64 dropped = 0; ///< of a gap: messages that came and were not fetched in time

    friend bool operator==(const RedisMessage &, const RedisMessage &) = default;
};

} // namespace semper
