// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/requesterror.h>

#include <optional>

namespace semper {

/// What became of a message, counted over the instances that it was for.
struct SendResult
{
    int sent = 0; ///< are connected: it is on its way. A process that dies may take it along
    int kept = 0; ///< are being restarted, or read slowly: it waits for them, in order
    int refused = 0; ///< will not get it
    /// Why it was refused by the last one that did; QueueFull, TooLarge, Unknown or Down.
    std::optional<RequestError::Reason> reason = {};

    /// Nobody refused it.
    explicit operator bool() const { return !reason.has_value(); }

    friend bool operator==(const SendResult &, const SendResult &) = default;
};

} // namespace semper
