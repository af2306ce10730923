// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <sys/types.h>

namespace semper {

/// The control group that \a pid is in, or one above it, is frozen, of version 1 or 2, as
/// `docker pause` does: it does not run, by no fault of its own. False where that cannot be seen.
/// Reads two or three small files of memory.
[[nodiscard]] SEMPER_SERVER_EXPORT bool isInFrozenCgroup(pid_t pid);

} // namespace semper
