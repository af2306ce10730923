// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLatin1StringView>

namespace semper::waitreason {

/// The reason of a process that waits for another one: this, its name, and how that one is.
inline constexpr QLatin1StringView begin{"waits for "};
inline constexpr QLatin1StringView failed{", which has failed"};
inline constexpr QLatin1StringView stopped{", which is stopped"}; ///< or disabled
inline constexpr QLatin1StringView waits{", which waits too"};

} // namespace semper::waitreason
