// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "protocol/processstatus.h"

#include <semper/restartspec.h>

#include <chrono>

namespace semper {

/// What follows an end that nobody asked for.
enum class RestartDecision { Restart, Done, Failed };

/// The policy alone, before any limit on the number of restarts. Success is one of the exit codes
/// that \a spec names; a launch that failed is no success.
[[nodiscard]] SEMPER_CORE_EXPORT RestartDecision decideRestart(
    const RestartSpec &spec, const ExitReport &exit);

/// How long to wait before the restart that follows \a failures earlier ends in a row without
/// stable running: the first delay, then backoff * multiplier^(failures - 1), varied by the
/// jitter, never above the cap. \a random is from [0, 1).
[[nodiscard]] SEMPER_CORE_EXPORT std::chrono::milliseconds restartDelay(
    const RestartSpec &spec, int failures, double random);

} // namespace semper
