// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>

#include <sys/types.h>

namespace semper {

/// What a datagram of sd_notify(3) says, as far as it means anything to this server. What else
/// there is (RELOADING, BARRIER, FDSTORE, ...) is understood and left out.
struct NotifyMessage
{
    bool ready = false; ///< READY=1
    bool stopping = false; ///< STOPPING=1
    bool heartbeat = false; ///< WATCHDOG=1
    std::optional<QString> status = {}; ///< STATUS=, a line for people
    std::optional<int> error = {}; ///< ERRNO=, 1 to 4095
    std::optional<pid_t> mainPid = {}; ///< MAINPID=, as the sender claims
    /// EXTEND_TIMEOUT_USEC=, rounded up, and at most what a timer can count (24 days).
    std::optional<std::chrono::milliseconds> extension = {};
    friend bool operator==(const NotifyMessage &, const NotifyMessage &) = default;
};

/// Reads assignments, one a line; of two of a name the last counts. Nothing for bytes without an
/// assignment, or with a NUL before their end.
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<NotifyMessage> parseNotifyMessage(
    QByteArray bytes);

} // namespace semper
