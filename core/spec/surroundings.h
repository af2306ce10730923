// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/processspec.h>
#include <semper/semper_core_export.h>

#include <QString>

#include <functional>
#include <optional>

namespace semper {

/// All that reading a configuration needs to know of the world around it.
struct Surroundings
{
    QString directory; ///< absolute: what relative paths start at
    /// A variable of the server's environment; nothing where it is not set.
    std::function<std::optional<QString>(const QString &name)> environment;
    QString defaultNode; ///< the name of a server that is given none
    std::function<QString(const QString &node)> stateDirectory; ///< where none is given
    std::function<QString(const QString &node)> socketPath; ///< where the server will listen
    int processorCount = 1; ///< what "cpu" instances are
    bool root = false; ///< the server may run processes as somebody else
    /// The process as a program that embeds the server describes it; nothing where it does not.
    std::function<std::optional<ProcessSpec>(const QString &service, const QString &process)>
        programmed = {};

    /// This process's environment, host and user.
    [[nodiscard]] SEMPER_CORE_EXPORT static Surroundings real(const QString &directory);
    /// \a path as an absolute, clean one.
    [[nodiscard]] SEMPER_CORE_EXPORT QString absolute(const QString &path) const;
};

} // namespace semper
