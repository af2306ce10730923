// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/processstatus.h"

#include <QString>

#include <array>

namespace semper::dashboard {

/// What a state means to the person who watches, worst first: this is the default order.
enum class Condition { Failing, Degraded, Starting, Running, Stopped };

inline constexpr std::array allConditions{Condition::Failing, Condition::Degraded,
    Condition::Starting, Condition::Running, Condition::Stopped};

/// This many exits nobody asked for within crashLoopWindow make a crash loop.
inline constexpr int crashLoopExits = 3;
inline constexpr std::chrono::seconds crashLoopWindow{60};

/// A process that keeps dying is failing also in the moments when it happens to run:
/// \a crashLooping keeps it from blinking between two conditions.
[[nodiscard]] Condition conditionOf(const ProcessStatus &status, bool crashLooping);

/// "Failing", for a chip.
[[nodiscard]] QString conditionName(Condition condition);

/// The state in words, more exact than its condition: "Crash loop", "Not ready".
[[nodiscard]] QString stateLabel(const ProcessStatus &status, bool crashLooping);

} // namespace semper::dashboard
