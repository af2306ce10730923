// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace semper {

/// The exclusive right to listen on a Unix socket's path: a lock on <path>.lock, which ends with
/// the process that holds it. Whoever has it may replace the socket file, which is stale then.
class SocketClaim
{
public:
    SocketClaim() = default;
    ~SocketClaim();
    Q_DISABLE_COPY_MOVE(SocketClaim)

    /// Makes the folder (mode 0700), takes the lock and removes a stale socket. Nothing, or why
    /// not: "another server is running as pid 4711 (/run/...)". Does not block.
    [[nodiscard]] std::optional<QString> take(const QString &path);

private:
    int m_lock = -1;
};

} // namespace semper
