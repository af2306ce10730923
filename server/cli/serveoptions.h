// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "cli/commandline.h"

#include <QMap>
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
    bool check = false; ///< only say what is wrong with the configuration
    QMap<QString, QString> own = {}; ///< of the program that embeds Semper: those that were given

    friend bool operator==(const ServeOptions &, const ServeOptions &) = default;
};

/// Whether --demo is among the options: not for a program with services of its own.
enum class OfferDemo { No, Yes };

/// What `program` understands.
[[nodiscard]] SEMPER_SERVER_EXPORT CommandSyntax serveSyntax(
    const QString &program, OfferDemo offerDemo);
/// What a program that embeds Semper understands: that without --demo, with --check, and \a own.
[[nodiscard]] SEMPER_SERVER_EXPORT CommandSyntax embeddedSyntax(
    const QString &program, const QString &version, const QList<QCommandLineOption> &own);

/// Reads \a words, which do not start with the program; relative paths start at the working
/// folder. Needs no QCoreApplication.
[[nodiscard]] SEMPER_SERVER_EXPORT std::variant<ServeOptions, CommandExit> parseServeOptions(
    const QStringList &words, const CommandSyntax &syntax);

} // namespace semper
