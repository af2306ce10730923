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

    /// Makes the folder (mode 0700) and takes the lock, where that is not so already. Nothing, or
    /// why not: "another server is running as pid 4711 (/run/...)". Does not block.
    [[nodiscard]] std::optional<QString> take(const QString &path);
    [[nodiscard]] static QString lockPath(const QString &path);
    /// The lock that it holds is the one of that name, not one that somebody has removed.
    [[nodiscard]] bool isInForce() const;

private:
    QString m_path; ///< of the lock
    int m_lock = -1;
};

} // namespace semper
