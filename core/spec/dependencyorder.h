// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <semper/processspec.h>

#include <QList>
#include <QMap>
#include <QString>

namespace semper {

/// What is wrong between processes, told of one of them.
struct DependencyFault
{
    QString process;
    QString message; ///< "no process \"bd\"; did you mean \"db\"?"
    bool ofGroup = false; ///< of its group, not of what it depends on
    friend bool operator==(const DependencyFault &, const DependencyFault &) = default;
};

/// Names in depends_on that no process has, or one with a schedule, or one that never completes
/// though it has to, processes that wait for themselves by way of others (each circle once), and
/// groups whose processes name different strategies. Sorted by name.
[[nodiscard]] SEMPER_CORE_EXPORT QList<DependencyFault> dependencyFaults(
    const QMap<QString, ProcessSpec> &processes);

/// The names so that each comes after all that it depends on, else by name. \a processes without
/// faults.
[[nodiscard]] SEMPER_CORE_EXPORT QList<QString> dependencyOrder(
    const QMap<QString, ProcessSpec> &processes);

} // namespace semper
