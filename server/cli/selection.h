// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "cli/commandexit.h"
#include "cli/commandline.h"
#include "protocol/processstatus.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>
#include <variant>

namespace semper {

/// \a selector, "name" or "name:instance", means this process.
[[nodiscard]] SEMPER_SERVER_EXPORT bool selects(
    const QString &selector, const ProcessStatus &status);

/// Those of \a processes that one of \a selectors means; all for none. Exit code 1, with the
/// nearest names, where one means nothing. \a withoutInstances names processes that are known and
/// of which there is none.
[[nodiscard]] SEMPER_SERVER_EXPORT std::variant<QList<ProcessStatus>, CommandExit> select(
    const QList<ProcessStatus> &processes, const QStringList &selectors,
    const QStringList &withoutInstances = {});

/// A line for each of \a names: that it has no instances, and what brings some.
[[nodiscard]] SEMPER_SERVER_EXPORT QString withoutInstancesText(const QStringList &names);

/// What a command is to be sent for: the operands, or all that there is with --all.
[[nodiscard]] SEMPER_SERVER_EXPORT QStringList selectorsOf(const CommandLine &line);

/// What is wrong where there is neither a selector nor --all, or both.
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<CommandExit> selectorFault(
    const CommandLine &line, const CommandSyntax &syntax);

/// A JSON array of process objects.
[[nodiscard]] SEMPER_SERVER_EXPORT QString toJson(const QList<ProcessStatus> &processes);

} // namespace semper
