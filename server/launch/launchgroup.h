// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cgroup/cgroup.h"
#include "cgroup/memorykeeper.h"

#include <QByteArray>
#include <QList>

#include <memory>
#include <optional>

#include <sys/types.h>

namespace semper {

class CgroupTree;

/// The control group of one launch, and who keeps its limit of memory. The child enters it before
/// it executes its program, which takes some milliseconds: the price of knowing all that a launch
/// leaves. Supervision's thread.
class LaunchGroup
{
public:
    /// None: what belongs to the launch is known by other marks, and what it uses is sampled.
    LaunchGroup() = default;
    /// A new one in \a tree, empty, that may use \a memoryMaxBytes; none where \a tree is null or
    /// it could not be made.
    LaunchGroup(
        const CgroupTree *tree, const QByteArray &launchId, std::optional<qint64> memoryMaxBytes);

    [[nodiscard]] bool exists() const { return m_group != nullptr; }
    /// Cgroup::entrance(); empty where there is none.
    [[nodiscard]] QByteArray entrance() const;
    /// All processes that are in it; zombies are not.
    [[nodiscard]] QList<pid_t> members() const;
    [[nodiscard]] MemoryKeeper memoryKeeper() const { return m_memoryKeeper; }
    /// The kernel has killed it for want of memory.
    [[nodiscard]] bool wasKilledForMemory() const;

    void kill() const; ///< all that is in it
    void remove(); ///< once it is empty; there is none from now on

private:
    std::unique_ptr<Cgroup> m_group;
    MemoryKeeper m_memoryKeeper = MemoryKeeper::Server;
};

} // namespace semper
