// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisionloop/supervisionhouse.h"

#include <QString>

#include <variant>

namespace semper {

class ServerApplication;

/// Runs a server until it is told to stop: supervision on a thread of its own, the services of
/// \a application on this one, which is the program's first and has a QCoreApplication. Blocks.
/// The exit status, or why it could not start.
[[nodiscard]] std::variant<int, QString> runServer(
    ServerApplication &application, const ServerConfig &config, const RuntimeOptions &options);

} // namespace semper
