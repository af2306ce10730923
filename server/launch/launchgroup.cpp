// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launchgroup.h"

#include "cgroup/cgrouptree.h"

#include <utility>

namespace semper {

LaunchGroup::LaunchGroup(
    const CgroupTree *tree, const QByteArray &launchId, std::optional<qint64> memoryMaxBytes)
    : m_group(tree ? tree->makeLaunch(launchId) : nullptr)
{
    if (m_group && memoryMaxBytes && tree->limitsMemory() && m_group->limitMemory(*memoryMaxBytes))
        m_memoryKeeper = MemoryKeeper::Kernel;
}

QByteArray LaunchGroup::entrance() const
{
    return m_group ? m_group->entrance() : QByteArray();
}

QList<pid_t> LaunchGroup::members() const
{
    return m_group && m_group->isPopulated() ? m_group->members() : QList<pid_t>();
}

bool LaunchGroup::wasKilledForMemory() const
{
    return m_memoryKeeper == MemoryKeeper::Kernel && m_group && m_group->memoryKills() > 0;
}

void LaunchGroup::kill() const
{
    if (m_group && m_group->isPopulated())
        m_group->kill();
}

void LaunchGroup::remove()
{
    m_memoryKeeper = MemoryKeeper::Server;
    if (const auto group = std::exchange(m_group, nullptr))
        static_cast<void>(group->remove());
}

} // namespace semper
