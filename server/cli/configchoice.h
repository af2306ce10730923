// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "cli/commandexit.h"
#include "cli/serveoptions.h"
#include "spec/configreader.h"

#include <QString>

#include <functional>
#include <variant>

namespace semper {

/// The file that is named, or else the first one found in the usual places. Exit code 2, with
/// where it looked, where there is none.
[[nodiscard]] SEMPER_SERVER_EXPORT std::variant<QString, CommandExit> chooseConfigFile(
    const QString &named);

/// Reads and checks \a file. \a socketPath is where the server will listen; empty for the usual
/// place.
[[nodiscard]] SEMPER_SERVER_EXPORT ConfigResult loadConfigFile(
    const QString &file, const QString &socketPath = {});

/// The same, with what could be understood in spite of errors.
[[nodiscard]] SEMPER_SERVER_EXPORT PartialConfig loadPartialConfigFile(
    const QString &file, const QString &socketPath = {}, const QList<ServiceSpec> &program = {});

/// What is wrong in the file, and which classes, users and so on it names that are not here. Looks
/// into all plugins.
[[nodiscard]] SEMPER_SERVER_EXPORT ConfigErrors allErrors(const PartialConfig &loaded);

/// "FILE: 2 errors" and a line for each.
[[nodiscard]] SEMPER_SERVER_EXPORT QString toText(const QString &file, const ConfigErrors &errors);

/// What `serve` with these options runs: the demo, the file that is named, or the one that is
/// found. With --state-directory in its place. Each process is read key by key over that of
/// \a program, what a program that embeds the server says of its services. Exit code 2 for no file,
/// 1 for a wrong one.
[[nodiscard]] SEMPER_SERVER_EXPORT std::variant<ServerConfig, CommandExit> serveConfig(
    const ServeOptions &options, const QList<ServiceSpec> &program = {});

/// Reads that configuration again each time it is called: the same file, also where another would
/// be found by now. Null where none is found.
[[nodiscard]] SEMPER_SERVER_EXPORT std::function<ConfigResult()> serveConfigAgain(
    const ServeOptions &options, const QList<ServiceSpec> &program = {});

} // namespace semper
