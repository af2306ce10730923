// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

#include <optional>

namespace semper {

/// The first folder on the way to \a path, itself included, in which somebody else than root could
/// put another thing in place of what is there, and why: "/run/user/1000 belongs to uid 1000".
/// Nothing where there is none. What does not exist is not looked at. A few system calls.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> exchangeableFolder(const QString &path);

} // namespace semper
