// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QStringList>

#include <optional>

namespace semper {

/// Where among \a words the command stands, behind common options or none; nothing for none.
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<qsizetype> commandIndex(const QStringList &words);

/// Does what \a words, which do not start with the program, say: everything but `serve`. Needs a
/// QCoreApplication. Returns the exit status.
[[nodiscard]] SEMPER_SERVER_EXPORT int runCommandLine(const QStringList &words);

} // namespace semper
