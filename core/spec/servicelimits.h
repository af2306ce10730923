// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QtGlobal>

#include <chrono>
#include <optional>

namespace semper {

/// What a service takes from its clients, of whatever type it is.
struct ServiceLimits
{
    int connections = 1024; ///< on each listener; one more is turned away
    qint64 messageMaxBytes = 1024 * 1024; ///< of one request, message or frame
    std::chrono::milliseconds idleTimeout{0}; ///< without a byte in or out; 0: none
    std::chrono::milliseconds writeStall{30000}; ///< a client takes no byte of what it is sent, or
                                                 ///< sends none of a message that it has begun
    std::chrono::milliseconds handshakeTimeout{10000}; ///< of TLS, from the connection on
    qint64 queueMaxBytes = 4 * 1024 * 1024; ///< not sent yet; a client with more is cut off

    friend bool operator==(const ServiceLimits &, const ServiceLimits &) = default;
};

/// What a configuration says of them; the rest is as the type of the service, or its program, has
/// it.
struct ServiceLimitsSpec
{
    std::optional<int> connections = {};
    std::optional<qint64> messageMaxBytes = {};
    std::optional<std::chrono::milliseconds> idleTimeout = {};
    std::optional<std::chrono::milliseconds> writeStall = {};
    std::optional<std::chrono::milliseconds> handshakeTimeout = {};
    std::optional<qint64> queueMaxBytes = {};

    /// \a limits, with what is said here in its place.
    [[nodiscard]] SEMPER_CORE_EXPORT ServiceLimits over(const ServiceLimits &limits) const;
    friend bool operator==(const ServiceLimitsSpec &, const ServiceLimitsSpec &) = default;
};

} // namespace semper
