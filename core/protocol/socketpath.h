// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

namespace semper {

/// The longest path that fits sockaddr_un, in bytes.
inline constexpr qsizetype maximumSocketPathBytes = 107;

/// The folder of this user's sockets, mode 0700 once a server made it: $XDG_RUNTIME_DIR/semper,
/// without that variable /run/semper for root and <temporary>/semper-<uid> for others. Root takes
/// /run/semper too where the variable names a folder of somebody else (distrustOfPath()).
[[nodiscard]] SEMPER_CORE_EXPORT QString socketDirectory();

/// Where the server named \a node listens unless it is told otherwise.
[[nodiscard]] SEMPER_CORE_EXPORT QString defaultSocketPath(const QString &node);

} // namespace semper
