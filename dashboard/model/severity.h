// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/condition.h"

#include <QString>

#include <array>

namespace semper::dashboard {

/// How much a condition needs the person who watches, worst first: this is the default order.
enum class Severity { Failing, Degraded, Starting, Running, Stopped };

inline constexpr std::array allSeverities{Severity::Failing, Severity::Degraded, Severity::Starting,
    Severity::Running, Severity::Stopped};

[[nodiscard]] Severity severityOf(Condition condition);

/// "Failing", for a chip.
[[nodiscard]] QString severityName(Severity severity);

/// The condition in words: "Crash loop", "Not ready".
[[nodiscard]] QString conditionLabel(Condition condition);

} // namespace semper::dashboard
