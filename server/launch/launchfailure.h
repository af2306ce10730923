// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/program/childfault.h"

#include <semper/semper_server_export.h>

#include <QString>

namespace semper {

/// Why nothing was executed.
struct SEMPER_SERVER_EXPORT LaunchFailure
{
    QString detail; ///< for people: "cannot set nice -5: Permission denied"
    QString step = {}; ///< what failed, as a code: "nice"; empty where the launch never began
    int error = 0; ///< errno; 0: there is none

    /// What \a fault says of the launch of \a program, which was looked for in \a searchPath, the
    /// PATH of its environment.
    [[nodiscard]] static LaunchFailure of(
        const ChildFault &fault, const QString &program, const QString &searchPath);
    /// It will not last: the program's file is being written. The launch is to be tried again.
    [[nodiscard]] bool isPassing() const;
};

} // namespace semper
