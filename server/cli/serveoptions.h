// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "cli/commandline.h"

#include <QString>
#include <QStringList>

#include <variant>

namespace semper {

/// The options of `semper serve` and of programs that embed Semper.
struct ServeOptions
{
    QString configFile = {}; ///< absolute; empty where none is named
    bool demo = false;
    QString socketPath = {}; ///< absolute; empty: defaultSocketPath() of the node
    QString stateDirectory = {}; ///< absolute; empty: the configuration's

    friend bool operator==(const ServeOptions &, const ServeOptions &) = default;
};

/// Whether --demo is among the options: not for a program with services of its own.
enum class OfferDemo { No, Yes };

/// What `program` understands.
[[nodiscard]] SEMPER_SERVER_EXPORT CommandSyntax serveSyntax(
    const QString &program, OfferDemo offerDemo);

/// Reads \a words, which do not start with the program; relative paths start at the working
/// folder. Needs no QCoreApplication.
[[nodiscard]] SEMPER_SERVER_EXPORT std::variant<ServeOptions, CommandExit> parseServeOptions(
    const QStringList &words, const CommandSyntax &syntax);

} // namespace semper
