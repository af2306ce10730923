// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/environmentfile.h"

#include <semper/semper_server_export.h>

#include <QString>

#include <optional>

#include <sys/types.h>

namespace semper {

/// As readEnvironmentFile(), for a thread that must not wait for a file system: the file may be
/// another user's. One that does not answer within a second is an error, and until it does so is
/// every further reading of it, at once. Main thread.
[[nodiscard]] SEMPER_SERVER_EXPORT EnvironmentResult readEnvironmentInTime(
    const QString &path, std::optional<uid_t> owner);

} // namespace semper
