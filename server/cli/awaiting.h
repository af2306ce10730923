// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/commandline.h"
#include "cli/commandsession.h"
#include "cli/effect.h"

#include <QList>

#include <chrono>
#include <optional>
#include <variant>

namespace semper {

/// --timeout-ms, of every command that waits.
[[nodiscard]] QCommandLineOption timeoutOption(std::optional<std::chrono::milliseconds> otherwise);

/// The value of --timeout-ms; \a otherwise where it is not there. Exit code 2 for no number.
[[nodiscard]] std::variant<QDeadlineTimer, CommandExit> deadlineOf(const CommandLine &line,
    const CommandSyntax &syntax, std::optional<std::chrono::milliseconds> otherwise);

/// Waits until \a effect has come about for each of \a before, telling of each as it does (with
/// --json: an array of all at the end). Returns the exit status: 1 where one cannot get there,
/// or does not in time.
[[nodiscard]] int awaitEffect(CommandSession &session, const QList<ProcessStatus> &before,
    Effect effect, const QDeadlineTimer &deadline, bool asJson);

} // namespace semper
