// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace semper {

/// The variable says whose the server is, where that user's own things are, or what the programs of
/// that user load and run: nothing for the process of another user. \a home: that user's.
[[nodiscard]] bool isUsersOwn(const QString &name, const QString &value, const QString &home);

} // namespace semper
