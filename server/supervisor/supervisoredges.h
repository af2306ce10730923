// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launchedges.h"
#include "protocol/cause.h"

#include <QDateTime>

#include <functional>
#include <optional>

namespace semper {

class Standbys;
class SupervisedProcess;
class WallClock;

/// What all supervised processes of a server share.
struct SupervisorEdges : LaunchEdges
{
    WallClock &clock;
    Standbys &standbys;
    /// Why a process must not be launched now; nothing: it may.
    std::function<std::optional<Cause>(const SupervisedProcess &)> blocker;
    /// When its schedule is due next; invalid without one.
    std::function<QDateTime(const SupervisedProcess &)> nextRun;
};

} // namespace semper
