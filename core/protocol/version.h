// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

namespace semper {

/// Told in every "welcome". Raised when a peer that knows only the older frames would go wrong.
inline constexpr int protocolVersion = 1;

} // namespace semper
