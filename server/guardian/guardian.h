// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QString>

#include <sys/types.h>

#include <optional>

namespace semper {

/// The half of a server that outlives it by milliseconds. The program forks before Qt or any
/// thread exists: the parent becomes the guardian (`semper-guard` in `ps`), the child the
/// server. Both are subreapers and each watches the other: whichever dies, by SIGKILL too, the
/// other inherits all that was ever started below, kills it and goes.
///
/// The guardian forwards SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 and SIGABRT, and leaves with the
/// server's exit status (128 + signal where a signal ended it). The server is a session of its
/// own, so that a terminal's Ctrl-C reaches it once, through the guardian.
class SEMPER_SERVER_EXPORT Guardian
{
public:
    /// Splits the process in two. Call it first in main(): no thread, no QCoreApplication.
    /// In the server: returns nothing. In the guardian: blocks until the server ended and
    /// nothing of it is left, then returns the status that the program has to end with.
    [[nodiscard]] static std::optional<int> start(int argc, char **argv);

    /// In the server: whether the guardian, once the server has ended and nothing of it is left,
    /// executes the program anew, with the arguments of the first time. Its pid stays the same.
    static void setRestartAfterEnd(bool on);

    /// In the server: all that it will ever launch is in the control group \a path, and so is the
    /// server itself, but not the guardian: whichever is left at the end kills the whole group.
    static void setCgroup(const QString &path);
    /// In the server: the guardian's pid; 0 without one.
    [[nodiscard]] static pid_t pid();
    /// In the server: a terminal controls the guardian, so that SIGHUP means that it is gone, and
    /// the server is to go with it: it was not started by nohup(1).
    [[nodiscard]] static bool endsWithItsTerminal();
};

} // namespace semper
