// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/connection.h>

#include "protocol/frame.h"
#include "protocol/keys.h"

namespace semper {

QJsonObject Connection::toJson() const
{
    return {
        {keys::id, static_cast<qint64>(id)},
        {keys::peer, peer},
        {keys::since, wireTimeOrNull(since)},
        {keys::bytesIn, bytesIn},
        {keys::bytesOut, bytesOut},
        {keys::lastActivity, wireTimeOrNull(lastActivity)},
        {keys::user, user},
        {keys::listener, listener},
    };
}

Connection Connection::fromJson(const QJsonObject &json)
{
    return {
        .id = static_cast<quint64>(json.value(keys::id).toInteger()),
        .peer = json.value(keys::peer).toString(),
        .since = fromWireTime(json.value(keys::since)),
        .bytesIn = json.value(keys::bytesIn).toInteger(),
        .bytesOut = json.value(keys::bytesOut).toInteger(),
        .lastActivity = fromWireTime(json.value(keys::lastActivity)),
        .user = json.value(keys::user).toString(),
        .listener = json.value(keys::listener).toString(),
    };
}

} // namespace semper
