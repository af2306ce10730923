// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <chrono>

namespace semper {

/// A point on the monotonic clock. Every decision is made with these; the wall clock is only
/// for showing times to people.
using Instant = std::chrono::steady_clock::time_point;

} // namespace semper
