// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QLatin1StringView>

/// What a watcher may subscribe to.
namespace semper::topics {

inline constexpr QLatin1StringView state{"state"};
inline constexpr QLatin1StringView metrics{"metrics"};
inline constexpr QLatin1StringView events{"events"};
inline constexpr QLatin1StringView log{"log"};

} // namespace semper::topics

/// The one role that a peer can say hello with; a process says its name instead.
namespace semper::roles {

inline constexpr QLatin1StringView watcher{"watcher"};

} // namespace semper::roles
