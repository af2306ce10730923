// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QLatin1StringView>

/// Of an error in a "response", beside its code and detail: what its thrower added.
namespace semper::keys {

inline constexpr QLatin1StringView data{"data"};

} // namespace semper::keys

/// What the requests between a service and its processes are named on the wire: methods of the
/// frame "request" beside those of connectionkeys.h, and codes of an error in a "response".
namespace semper::methods {

inline constexpr QLatin1StringView askService{"service.ask"};
inline constexpr QLatin1StringView askProcess{"process.ask"};

} // namespace semper::methods

namespace semper::codes {

inline constexpr QLatin1StringView noService{"no_service"};
inline constexpr QLatin1StringView noHandler{"no_handler"};
inline constexpr QLatin1StringView unknownMethod{"unknown_method"};
inline constexpr QLatin1StringView badParameter{"bad_parameter"};
inline constexpr QLatin1StringView handlerFailed{"handler_failed"};
inline constexpr QLatin1StringView stopping{"stopping"};
inline constexpr QLatin1StringView tooLarge{"too_large"};
inline constexpr QLatin1StringView tooMany{"too_many"};

} // namespace semper::codes
