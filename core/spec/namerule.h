// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>
#include <QStringView>

namespace semper {

/// The rule for names of nodes, services and processes: [a-z0-9][a-z0-9_.-]{0,63}.
[[nodiscard]] SEMPER_CORE_EXPORT bool isValidName(QStringView name);

/// What to tell somebody whose \a name broke the rule.
[[nodiscard]] SEMPER_CORE_EXPORT QString nameRule(const QString &name);

/// \a text made to fit the rule: lower case, other characters turned into '-', cut at 64. Empty
/// where nothing of it is left.
[[nodiscard]] SEMPER_CORE_EXPORT QString fitName(const QString &text);

} // namespace semper
