// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/processstatus.h"

#include <QString>

#include <chrono>
#include <optional>

namespace semper::dashboard {

enum class Action { Start, Stop, Restart };

/// The protocol's word: "stop".
[[nodiscard]] QString toString(Action action);
/// For a button: "Stop".
[[nodiscard]] QString actionName(Action action);

/// What the person asked of a process and the server has not confirmed yet.
struct Intent
{
    using Clock = std::chrono::steady_clock;

    Action action = Action::Start;
    Clock::time_point since;
    std::optional<qint64> pidBefore; ///< of the launch that a restart has to replace
    bool accepted = false; ///< the server answered that it will

    /// Whether \a status shows that it happened.
    [[nodiscard]] bool isDone(const ProcessStatus &status) const;
    /// "Stopping… 3 s".
    [[nodiscard]] QString describe(Clock::time_point now) const;
};

} // namespace semper::dashboard
