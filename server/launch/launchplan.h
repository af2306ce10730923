// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/boundedreading.h"
#include "launch/launcher.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <functional>
#include <optional>
#include <variant>

namespace semper {

/// The variable that a launch, and all that descends from it, is known by.
inline constexpr char launchVariable[] = "SEMPER_LAUNCH";

/// What all launches of a server have in common.
struct LaunchSurroundings
{
    QString socketPath; ///< of the hub
    QString hostProgram; ///< runs a class: semper-process, or this very program
    QStringList pluginDirectories;
    QByteArray run = {}; ///< id of this run of the server
};

/// What one launch is known by.
struct LaunchIdentity
{
    QString process;
    int instance = 0;
    QByteArray token = {}; ///< secret; opens the hub for this launch
    QByteArray launchId = {}; ///< no secret; marks all descendants

    /// With a token and a launch id that nobody can guess, from the kernel's generator. The id
    /// begins with that of the server's \a run.
    [[nodiscard]] static LaunchIdentity make(
        const QString &process, int instance, const QByteArray &run);
    /// Takes the same time however much of it fits.
    [[nodiscard]] bool isToken(const QByteArray &offered) const;
    [[nodiscard]] QByteArray mark() const; ///< the launch id as it stands in the environment
    /// With what the marks of all launches of \a run begin, and no other's.
    [[nodiscard]] static QByteArray markOfRun(const QByteArray &run);
};

/// Program, arguments, folder, environment and limits of a launch. What it inherits of the server's
/// environment is the ground; the process's user, its file of variables, its own variables and
/// Semper's are laid over it in this order. What another supervisor told the server alone
/// (NOTIFY_SOCKET, LISTEN_*, WATCHDOG_*) does not reach the child, and another user's process gets
/// nothing that is the server's user's own. That file, if there is one, is read through \a file,
/// which is this launch's alone: while it is, the plan is for later.
[[nodiscard]] LaunchPlan planLaunch(const ProcessSpec &spec, const LaunchIdentity &identity,
    const LaunchSurroundings &surroundings, AwaitedEnvironment &file);

/// What can be said of a launch beforehand, by whoever asks.
struct ForeseenLaunch
{
    QString searchPath; ///< where its program will be looked for; never empty
    QString fileProblem = {}; ///< what is wrong with its file of variables; empty: nothing
};
/// As readEnvironmentBytes().
using EnvironmentReader
    = std::function<EnvironmentBytes(const QString &path, std::optional<uid_t> owner)>;
/// Has that file read, if there is one, and reads the user database.
[[nodiscard]] ForeseenLaunch foreseeLaunch(const ProcessSpec &spec, const EnvironmentReader &read);

/// It runs as another user than the server.
[[nodiscard]] bool isForeign(const LaunchRequest &request);

/// Why \a spec can never be launched on this machine, by who runs this program.
[[nodiscard]] std::optional<QString> launchProblem(const ProcessSpec &spec);

/// Why a launch failed, with what was tried.
[[nodiscard]] Cause causeOf(const ProcessSpec &spec, const LaunchFailure &failure);

} // namespace semper
