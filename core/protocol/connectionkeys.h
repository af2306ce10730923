// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "protocol/keys.h"

/// What is said of a service's connections: names beside those of keys.h.
namespace semper::keys {

inline constexpr QLatin1StringView opened{"opened"};
inline constexpr QLatin1StringView closed{"closed"};
inline constexpr QLatin1StringView total{"total"};

} // namespace semper::keys

namespace semper::frames {

inline constexpr QLatin1StringView connections{"connections"};

} // namespace semper::frames

/// Methods of the frame "request".
namespace semper::methods {

inline constexpr QLatin1StringView connections{"service.connections"};
inline constexpr QLatin1StringView subscribeConnections{"service.subscribe_connections"};
inline constexpr QLatin1StringView closeConnection{"service.close_connection"};

} // namespace semper::methods
