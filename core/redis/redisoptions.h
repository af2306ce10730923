// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <chrono>

namespace semper {

/// How patient and how generous a Redis is. Where a server is and who one is there stands in the
/// URL instead.
struct RedisOptions
{
    /// For the connection, TLS and the password together; then it counts as failed.
    std::chrono::milliseconds connectTimeout{5000};
    /// Of a command, from the call to the answer, the wait for a connection included.
    std::chrono::milliseconds timeout{5000};

    /// Before the first try after a failure, at least 50 ms; it doubles up to the second value. Of
    /// each, a random part between half and all is waited.
    std::chrono::milliseconds reconnectDelay{100};
    std::chrono::milliseconds maximumReconnectDelay{5000};

    /// The memory that one answer may take: its bytes, and some 64 for each element of an array.
    qint64 maximumReplyBytes = 64 * 1024 * 1024;

    /// Calls that may wait for a connection; a pipeline is one.
    qsizetype maximumWaiting = 1000;
    /// Bytes of commands that the server has not taken yet, and of those that wait.
    qint64 maximumWaitingBytes = 64 * 1024 * 1024;

    /// Messages of a subscription that may wait to be fetched. Then the oldest go, and are counted.
    qsizetype maximumMessages = 1000;
    qint64 maximumMessageBytes = 16 * 1024 * 1024;
    /// A subscription that hears nothing for so long asks whether the server is still there.
    std::chrono::milliseconds keepAlive{15000};
};

} // namespace semper
