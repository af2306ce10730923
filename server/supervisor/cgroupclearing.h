// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisor/cgroup.h"
#include "supervisor/launchsweep.h"

#include <chrono>
#include <functional>

namespace semper {

/// Kills all that is in \a group, and removes it once it is empty. Calls \a done then: from inside
/// this call if it was empty already, else from the event loop; after 5 s also with what cannot be
/// killed.
void clearCgroup(const Cgroup &group, const std::function<void()> &done);

/// The same at once, for at most \a limit: blocks. For a start, before anything is launched, and
/// for an end.
[[nodiscard]] SweepResult sweepCgroup(const Cgroup &group, std::chrono::milliseconds limit);

} // namespace semper
