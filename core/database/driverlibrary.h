// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QString>

namespace semper {

/// The function \a name as the plugin \a file of Qt sees it: in the plugin, or in a library that
/// it links. Never one of the same name from elsewhere. Null where there is none.
[[nodiscard]] void *findInDriver(const QString &file, const char *name);

template <class Function>
[[nodiscard]] Function *findInDriver(const QString &file, const char *name)
{
    return reinterpret_cast<Function *>(findInDriver(file, name));
}

} // namespace semper
