// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>

#include <sys/types.h>

namespace semper {

/// Who is at the other end of a Unix socket, as the kernel knows it (SO_PEERCRED, unix(7)).
struct PeerCredentials
{
    pid_t pid = 0;
    uid_t user = uid_t(-1); ///< nobody
    QByteArray mark = {}; ///< of the launch that the hub made the connection for, if it did

    [[nodiscard]] static std::optional<PeerCredentials> of(qintptr socket);
    /// Of the other end of a pair: the kernel names who made it, which is this server, so this is
    /// the launch with \a mark and nobody else.
    [[nodiscard]] static PeerCredentials ofLaunch(const QByteArray &mark) { return {.mark = mark}; }
    /// This user, or root.
    [[nodiscard]] bool mayControl() const;
    /// \a launch itself, a descendant of it, or one that was orphaned: of its session, or with
    /// \a itsMark, the launch's own, in its environment.
    [[nodiscard]] bool belongsTo(pid_t launch, const QByteArray &itsMark) const;
};

} // namespace semper
