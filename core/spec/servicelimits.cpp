// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/servicelimits.h>

namespace semper {

ServiceLimits ServiceLimitsSpec::over(const ServiceLimits &limits) const
{
    return {.connections = connections.value_or(limits.connections),
        .messageMaxBytes = messageMaxBytes.value_or(limits.messageMaxBytes),
        .idleTimeout = idleTimeout.value_or(limits.idleTimeout),
        .writeStall = writeStall.value_or(limits.writeStall),
        .handshakeTimeout = handshakeTimeout.value_or(limits.handshakeTimeout),
        .queueMaxBytes = queueMaxBytes.value_or(limits.queueMaxBytes)};
}

} // namespace semper
