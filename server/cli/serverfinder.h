// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/commandexit.h"
#include "cli/commandline.h"

#include <QString>

#include <variant>

namespace semper {

/// The socket of the server that a command is for: --socket, else that of the node of --config,
/// else that of the usual configuration if a server listens there, else the only one of this
/// user. Exit code 2 where several run, 3 where none does.
[[nodiscard]] std::variant<QString, CommandExit> findServer(const CommandLine &line);

} // namespace semper
