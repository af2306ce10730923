// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <optional>

#include <sys/types.h>

namespace semper {

/// Who is at the other end of a Unix socket, as the kernel knows it (SO_PEERCRED, unix(7)).
struct PeerCredentials
{
    pid_t pid = 0;
    uid_t user = 0;

    [[nodiscard]] static std::optional<PeerCredentials> of(qintptr socket);
    /// This user, or root.
    [[nodiscard]] bool mayControl() const;
    /// \a launch itself, a descendant of it, or one of its session that was orphaned.
    [[nodiscard]] bool belongsTo(pid_t launch) const;
};

} // namespace semper
