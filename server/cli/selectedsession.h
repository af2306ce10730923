// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/commandline.h"
#include "cli/commandsession.h"

#include <QList>
#include <QStringList>

#include <memory>
#include <variant>

namespace semper {

/// An open session, and the processes that a command is about.
struct SelectedSession
{
    std::unique_ptr<CommandSession> session;
    QList<ProcessStatus> processes;
    QStringList withoutInstances; ///< names among those selected
};

/// Finds the server that \a line is for, opens a session with it and selects the processes that
/// its operands name. Waits for 5 s at most. Otherwise the exit that CommandSession::open() or
/// select() tells.
[[nodiscard]] std::variant<SelectedSession, CommandExit> openSelected(const CommandLine &line);

} // namespace semper
