// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launchplan.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <optional>

class QObject;

namespace semper {

class CgroupTree;
class OrphanKeeper;
class OutputCollector;

/// The edges that all launches of a server share. All that it refers to outlives them.
struct LaunchEdges
{
    Launcher &launcher;
    OutputCollector &output;
    OrphanKeeper &orphans;
    LaunchSurroundings surroundings = {};
    const CgroupTree *cgroups = nullptr; ///< null: launches cannot have groups of their own
    /// The child's end of a connection that the hub takes for the launch with this mark; -1 with
    /// errno.
    std::function<int(const QByteArray &mark)> connectToHub = {};
    /// Opens where this launch says that it is ready, as a child of \a launch, and names it in the
    /// request. Nothing, or why it could not.
    std::function<std::optional<QString>(
        LaunchRequest &request, const LaunchIdentity &identity, QObject *launch)>
        openNotifySocket = {};
};

} // namespace semper
