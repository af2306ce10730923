// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <chrono>

namespace semper {

/// The time since the machine started, which goes on while it sleeps, and which nobody can set: the
/// same for all programs of the machine.
[[nodiscard]] SEMPER_CORE_EXPORT std::chrono::milliseconds bootTime();

} // namespace semper
