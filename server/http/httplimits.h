// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/servicelimits.h>

#include <QtGlobal>

#include <chrono>

namespace semper {

/// What one HTTP listener takes from its clients. Past a limit a request is refused with the
/// status named here, and its connection ends.
struct HttpLimits
{
    int maximumConnections = 256; ///< then 503
    qsizetype maximumHeadBytes = 16 * 1024; ///< request line and headers; then 431
    qsizetype maximumTargetBytes = 4096; ///< then 414
    int maximumHeaders = 64; ///< then 431
    qint64 maximumBodyBytes = 1024 * 1024; ///< then 413, before any of it is read

    std::chrono::milliseconds headTimeout{5000}; ///< from its first byte; then 408
    std::chrono::milliseconds bodyTimeout{20000}; ///< from the end of the head; then 408
    /// Between two requests; then closed. 0: none.
    std::chrono::milliseconds idleTimeout{60000};
    std::chrono::milliseconds handlerTimeout{30000}; ///< for one that answers later; then 503
    std::chrono::milliseconds stallTimeout{15000}; ///< the client takes no byte of an answer
    std::chrono::milliseconds lingerTimeout{1000}; ///< for the client to read the last answer

    /// Those that every type of service has.
    [[nodiscard]] ServiceLimits common() const
    {
        return {.connections = maximumConnections,
            .messageMaxBytes = maximumBodyBytes,
            .idleTimeout = idleTimeout,
            .writeStall = stallTimeout};
    }

    friend bool operator==(const HttpLimits &, const HttpLimits &) = default;
};

} // namespace semper
