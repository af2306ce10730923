// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QtGlobal>

#include <sys/resource.h>

namespace semper {

/// Raises this process's soft limit of open files to the hard one, once. Children get the
/// original back: some programs misbehave under a large one (select(2), loops over all).
void raiseDescriptorLimit();

/// What the limit was before.
[[nodiscard]] rlimit originalDescriptorLimit();

/// What supervision and the hub need is not for clients of services, however many come: 256, and 8
/// for each of \a processes, but at most half of all that this process may open.
void reserveDescriptors(qsizetype processes);

/// How many descriptors the clients of all services may have together.
[[nodiscard]] SEMPER_SERVER_EXPORT qint64 descriptorsForClients();

} // namespace semper
