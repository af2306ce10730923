// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace semper {

/// What the programs of Semper leave with.
enum class ExitCode { Done = 0, Failed = 1, Usage = 2, NoServer = 3, NotAllowed = 4 };

/// How a command ends before it began: its code, and what to tell. For standard output where
/// the code is Done, for standard error otherwise. Ends with a newline.
struct CommandExit
{
    ExitCode code = ExitCode::Done;
    QString text = {};
    friend bool operator==(const CommandExit &, const CommandExit &) = default;
};

} // namespace semper
