// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace semper {

/// How often a user process shows that its event loop turns; told in "welcome".
inline constexpr std::chrono::milliseconds heartbeatInterval{10'000};

/// Three in a row may be late before it counts as not alive.
inline constexpr std::chrono::milliseconds heartbeatOverdueAfter = 3 * heartbeatInterval;

} // namespace semper
