// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

namespace semper {

/// Kills and reaps all descendants until none is left, adopting each generation as its parents
/// die. Blocks until then, or until for \a patienceMs milliseconds their number has not changed: a
/// child in uninterruptible sleep outlives it. However it changes, ten times as long is the end.
/// Async-signal-safe. Returns how many were left.
int killAllDescendants(int patienceMs);

} // namespace semper
