// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/condition.h"

#include <QChar>
#include <QLatin1StringView>
#include <QString>

namespace semper {

/// How a condition is shown on a terminal.
struct ConditionLook
{
    QChar glyph;
    QLatin1StringView colour; ///< the parameters of an SGR sequence
};

[[nodiscard]] ConditionLook lookOf(Condition condition);

/// Where it stands in a table that begins with the worst: 0. All from 4 on are no trouble.
[[nodiscard]] int urgencyOf(Condition condition);

/// As the wire has it, but with a space for the underscore: "crash loop".
[[nodiscard]] QString conditionWord(Condition condition);

} // namespace semper
