// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QJsonObject>
#include <QLatin1StringView>
#include <QString>
#include <QStringList>

#include <optional>

namespace semper {

/// How the program of a user process ends.
enum class UserProcessExit {
    Ended = 0, ///< run() returned, or a stop cut it short
    Threw = 70, ///< run() threw, or a task that it spawned
    Misconfigured = 78, ///< a ConfigurationError, no such class, or not started by a server
};

/// By this first argument a program knows that it is to be a user process, and by nothing else:
/// an environment would be inherited by what that process starts.
inline constexpr QLatin1StringView userProcessOption{"--semper-user-process"};

/// As argv[3] it makes a host that waits: it loads the class, constructs nothing of it, and begins
/// when the server welcomes it.
inline constexpr QLatin1StringView standbyOption{"--standby"};

/// The whole life of a child that a server launched, for the main() of semper-process and of
/// programs that embed Semper. Where argv[1] is "--semper-user-process", runs the class named by
/// argv[2], from this program or else from a plugin, to its end and returns the exit code.
/// Otherwise returns nothing, and did nothing. To be called before any QCoreApplication.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<int> runUserProcess(int argc, char **argv);

/// What `semper run` needs to know.
struct ForegroundRun
{
    QString className;
    QJsonObject settings;
    QStringList pluginDirectories; ///< searched before the usual ones
    bool asJson = false; ///< prints the frames that a server would get, one a line
};

/// Runs a class in the foreground, unsupervised, with its metrics, status, reports and messages
/// on standard output and its log on standard error. SIGINT or SIGTERM stop it; a second one
/// kills. Needs a QCoreApplication; returns when run() ended, with a UserProcessExit's number.
/// An unknown class is told on standard error.
[[nodiscard]] SEMPER_CORE_EXPORT int runInForeground(const ForegroundRun &run);

} // namespace semper
