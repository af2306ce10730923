// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QString>

#include <optional>

namespace semper {

/// How many bytes of memory this process can use at most: what the machine has, or what a limit of
/// the process (RLIMIT_AS, RLIMIT_DATA) or of its control groups allows. Reads files of the kernel.
[[nodiscard]] qint64 usableMemory();

/// The least limit of memory, in bytes, of the control groups of this process, of version 1 or 2,
/// and of all that they lie in. Nothing where they set none. \a root stands for "/", in tests.
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<qint64> memoryLimitOfGroups(
    const QString &root = {});

} // namespace semper
