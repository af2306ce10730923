// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

#include <optional>

namespace semper {

/// Why \a name cannot be a variable of a process: "is no name of a variable", "is set by the
/// server itself". Nothing for one that can.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> variableFault(const QString &name);

} // namespace semper
