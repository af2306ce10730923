// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "protocol/exitreport.h"

#include <QString>

#include <chrono>
#include <variant>

namespace semper {

/// What can happen to a supervised process.
namespace happening {
// An operator, or the server's own start and end.
struct Start
{ };
struct Stop
{
    Cause why = cause::Commanded{.action = QStringLiteral("stop")};
};
struct AwaitSchedule
{ }; ///< wanted from now on, but launched only when its schedule is due
struct Due
{ }; ///< its schedule is due
struct Restart
{
    QString by = {}; ///< who asked for it; empty: the server itself
};
struct Reset
{ };
struct Kill
{ }; ///< stop it for good, without asking it
struct Recycle
{
    Cause why;
}; ///< the server itself wants another launch in its place; not counted as a restart
struct Excess
{
    Cause why;
}; ///< it used more than it may: asked to end, and that is a failure
struct Stalled
{ }; ///< it told of no work for as long as its configuration allows
struct WorkedAgain
{ }; ///< it told of some, after that
// The launch.
struct TurnCame
{ }; ///< it is being made now: thousands may wait for theirs
struct Launched
{ };
struct LaunchFailed
{
    ExitReport report;
    Cause why;
    bool passes = false; ///< and will not fail for ever: it is tried again, whatever the policy
};
struct Exited
{
    ExitReport report;
};
struct LeftBehind
{
    QString processes; ///< their names and pids
}; ///< the launch has ended by itself, and what it started goes on
struct Cleared
{ }; ///< nothing of the dead launch is left
struct TimerElapsed
{
    QString missing = {}; ///< what it lacks to be ready, where that is known
    cause::Unkillable stuck = {}; ///< what keeps it, once it was killed
}; ///< the one that ArmTimer started last
// The process about itself.
struct ReadyChanged
{
    bool ready;
};
struct FaultReported
{
    Cause why;
}; ///< why it is about to end
struct Hung
{
    Cause why;
}; ///< it does not react any more
struct TimeAsked
{
    std::chrono::milliseconds time;
}; ///< to become ready or to end, it takes at least so long from now on
// Others.
struct BlockerChanged
{ }; ///< StepContext::blocker may be another than at the last step
} // namespace happening

using Happening = std::variant<happening::Start, happening::Stop, happening::Restart,
    happening::Reset, happening::Kill, happening::TurnCame, happening::Launched,
    happening::LaunchFailed, happening::Exited, happening::LeftBehind, happening::Cleared,
    happening::TimerElapsed, happening::ReadyChanged, happening::FaultReported, happening::Recycle,
    happening::Excess, happening::Hung, happening::BlockerChanged, happening::AwaitSchedule,
    happening::Due, happening::TimeAsked, happening::Stalled, happening::WorkedAgain>;

} // namespace semper
