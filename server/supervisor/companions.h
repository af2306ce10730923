// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/cause.h"

#include <semper/semper_server_export.h>

#include <QHash>
#include <QList>
#include <QMultiHash>
#include <QString>

#include <optional>

namespace semper {

class SupervisedProcess;

/// What processes mean for each other: who waits for whom, and who ends with whom. Owns none of
/// them. Supervision's thread.
class SEMPER_SERVER_EXPORT Companions
{
public:
    void add(SupervisedProcess *process);
    void remove(SupervisedProcess *process);

    /// Why \a process must not be launched now: a dependency that has not come far enough, or a
    /// group that is still stopping. Nothing: it may.
    [[nodiscard]] std::optional<Cause> blockerOf(const SupervisedProcess &process) const;
    /// Those that depend on \a process.
    [[nodiscard]] QList<SupervisedProcess *> dependantsOf(const SupervisedProcess &process) const;
    /// Those of its group that wait until it has stopped.
    [[nodiscard]] QList<SupervisedProcess *> heldBy(const SupervisedProcess &process) const;
    /// Those of its group that have to be restarted when \a process died, by its strategy.
    [[nodiscard]] QList<SupervisedProcess *> restartedWith(const SupervisedProcess &process) const;
    /// \a processes, dependencies before those that wait for them.
    [[nodiscard]] QList<SupervisedProcess *> inOrder(QList<SupervisedProcess *> processes) const;

private:
    [[nodiscard]] QList<SupervisedProcess *> othersOfGroup(const SupervisedProcess &process) const;
    /// Dependencies have a lower one.
    [[nodiscard]] qsizetype rankOf(const SupervisedProcess &process) const;
    void findOrder() const; ///< anew, of those that are there

    QMultiHash<QString, SupervisedProcess *> m_byName;
    QMultiHash<QString, SupervisedProcess *> m_byDependency; ///< by the name that they wait for
    QMultiHash<QString, SupervisedProcess *> m_byGroup;
    mutable QHash<QString, qsizetype> m_order; ///< of names: dependencies first; found when needed
};

} // namespace semper
