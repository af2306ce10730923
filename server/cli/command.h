// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/commandexit.h"
#include "cli/commandline.h"

#include <QList>
#include <QString>

namespace semper {

/// One command of `semper`.
struct Command
{
    QString name;
    CommandSyntax syntax;
    /// Does it; there is a QCoreApplication. Returns the exit status.
    int (*run)(const CommandLine &line, const CommandSyntax &syntax) = nullptr;
};

/// --config, --socket, --state-directory and --json: what every command takes.
[[nodiscard]] QList<QCommandLineOption> commonOptions();

// One family a file.
[[nodiscard]] Command checkCommand();
[[nodiscard]] Command statusCommand();
[[nodiscard]] Command eventsCommand();
[[nodiscard]] QList<Command> controlCommands();
[[nodiscard]] Command signalCommand();
[[nodiscard]] Command scaleCommand();
[[nodiscard]] Command waitCommand();
[[nodiscard]] Command reloadCommand();
[[nodiscard]] Command classesCommand();
[[nodiscard]] Command runCommand();
[[nodiscard]] Command newCommand();

} // namespace semper
