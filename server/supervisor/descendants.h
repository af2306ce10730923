// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

namespace semper {

/// Kills and reaps all descendants until none is left, adopting each generation as its parents
/// die. Blocks, for at most about \a limitMs milliseconds (a child in uninterruptible sleep
/// outlives it). Async-signal-safe. Returns how many were left.
int killAllDescendants(int limitMs);

} // namespace semper
