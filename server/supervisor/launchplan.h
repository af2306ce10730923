// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisor/launcher.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace semper {

/// What all launches of a server have in common.
struct LaunchSurroundings
{
    QString socketPath; ///< of the hub
    QString notifySocket; ///< where a process of the mode notify says that it is ready
    QString hostProgram; ///< runs a class: semper-process, or this very program
    QStringList pluginDirectories;
};

/// What one launch is known by.
struct LaunchIdentity
{
    QString process;
    int instance = 0;
    QByteArray token = {}; ///< secret; opens the hub for this launch
    QByteArray launchId = {}; ///< no secret; marks all descendants

    /// With a token and a launch id that nobody can guess, from the kernel's generator.
    [[nodiscard]] QByteArray mark() const; ///< the launch id as it stands in the environment
    [[nodiscard]] static LaunchIdentity make(const QString &process, int instance);
};

/// Program, arguments, folder and environment of a launch. The server's environment is the
/// ground; the process's own is laid over it, and Semper's over both. What another supervisor
/// told the server alone (NOTIFY_SOCKET, LISTEN_*, WATCHDOG_*) does not reach the child.
[[nodiscard]] LaunchRequest planLaunch(const ProcessSpec &spec, const LaunchIdentity &identity,
    const LaunchSurroundings &surroundings);

/// Why a launch failed, in a sentence that names what was tried.
[[nodiscard]] QString explainFailedLaunch(const ProcessSpec &spec, const QString &cause);

} // namespace semper
