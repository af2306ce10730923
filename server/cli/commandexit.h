// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

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

/// Tells \a exit where it belongs; the number for main() to return.
[[nodiscard]] SEMPER_SERVER_EXPORT int leave(const CommandExit &exit);

/// Writes to standard output at once; what cannot be written is told by finishOutput(). Control
/// characters but line feed and tab are replaced: \a text may be made of what others have chosen.
SEMPER_SERVER_EXPORT void print(const QString &text);
/// The same for \a text with colours, all of whose other parts are printable() already.
SEMPER_SERVER_EXPORT void printColoured(const QString &text);
/// Writes to standard error, as print() does.
SEMPER_SERVER_EXPORT void complain(const QString &text);
/// For the end of main(): \a code, or that of a failure, with a complaint, where standard output
/// could not take all that was printed.
[[nodiscard]] SEMPER_SERVER_EXPORT int finishOutput(int code);

} // namespace semper
