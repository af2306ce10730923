// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

namespace semper {

/// Calls \a visit(pid) for every direct child of this process: those it forked, and the orphans
/// it adopted as a subreaper. Async-signal-safe. False if not all could be seen.
/// Source: proc(5), /proc/pid/task/tid/children (CONFIG_PROC_CHILDREN).
bool forEachChild(void (*visit)(pid_t pid, void *context), void *context);

/// Kills and reaps all descendants until none is left, adopting each generation as its parents
/// die. Blocks, for at most about \a limitMs milliseconds (a child in uninterruptible sleep
/// outlives it). Async-signal-safe. Returns how many were left.
int killAllDescendants(int limitMs);

} // namespace semper
