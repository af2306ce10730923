// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <variant>

namespace semper {

/// A listening Unix socket at \a path, mode 0600, close-on-exec: its descriptor, or why there is
/// none, in words that follow the address. A socket file that nobody listens on is replaced; any
/// other file is left alone. Refuses a path that others could change (distrustOfPath()).
[[nodiscard]] std::variant<int, QString> openUnixListener(const QString &path, int backlog);

} // namespace semper
