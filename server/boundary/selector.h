// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLatin1StringView>

namespace semper {

/// The selector of every process there is, in a command over the hub.
inline constexpr QLatin1StringView allProcesses("*");

} // namespace semper
