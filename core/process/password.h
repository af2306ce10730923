// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

namespace semper {

// For the clients of servers that ask for one: read anew for each connection, so that it may
// change. Both throw std::runtime_error, which never holds a password, where there is none.

/// The content of the small file \a path, as UTF-8, without the line breaks at its end.
[[nodiscard]] SEMPER_CORE_EXPORT QString passwordFromFile(const QString &path);
/// The value of \a name in the environment.
[[nodiscard]] SEMPER_CORE_EXPORT QString passwordFromVariable(const QString &name);

} // namespace semper
