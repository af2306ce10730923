// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/serverconfig.h"

#include <semper/semper_server_export.h>

#include <QList>
#include <QString>

#include <optional>

namespace semper {

class ServerApplication;

/// Lays \a config over what the program said of itself, by name: each process, which was read over
/// the program's already, and each listener of a service, whose TLS and framing stay the program's
/// where \a config has none. Services that only the configuration knows are added. Nothing, or what
/// does not fit, in a sentence.
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<QString> layConfigOver(
    ServerApplication &application, const ServerConfig &config);

/// What the program says of its services before anything is laid over it. An address that cannot
/// be read, or is of a kind of service that has none, is empty.
[[nodiscard]] SEMPER_SERVER_EXPORT QList<ServiceSpec> describeServices(
    const ServerApplication &application);

/// The configuration of a server that has none but what the program says. Nothing, or what is
/// wrong with the node's name or the control address.
[[nodiscard]] std::optional<QString> describeByProgram(
    const ServerApplication &application, ServerConfig &config);

/// Every name of a service and a process follows the rule for names, no process has two services,
/// and what processes say of each other fits. Nothing, or the first that does not. A configuration
/// was checked when it was read; what a program says, or both together, was not.
[[nodiscard]] std::optional<QString> checkProcesses(const ServerApplication &application);

} // namespace semper
