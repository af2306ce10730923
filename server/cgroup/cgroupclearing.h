// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cgroup/cgroup.h"
#include "os/sweepresult.h"

#include <chrono>

namespace semper {

/// Kills all that is in \a group, and removes it once it is empty, within at most \a limit: blocks.
/// For a start, before anything is launched, and for an end.
[[nodiscard]] SweepResult sweepCgroup(const Cgroup &group, std::chrono::milliseconds limit);

} // namespace semper
