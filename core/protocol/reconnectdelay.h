// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <chrono>

namespace semper {

/// How long to wait before connecting again after so many \a failures in a row, from 0: \a first,
/// 50 ms at least, doubled each time up to \a greatest, and of that from half to all by \a random,
/// from 0 to 1: so that the many clients of a server that comes back do not come all at once.
[[nodiscard]] SEMPER_CORE_EXPORT std::chrono::milliseconds reconnectDelay(int failures,
    std::chrono::milliseconds first, std::chrono::milliseconds greatest, double random);

} // namespace semper
