// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "protocol/exitreport.h"
#include "protocol/processphase.h"
#include "supervision/happening.h"
#include "supervision/instant.h"
#include "supervision/restartwindow.h"
#include "supervision/slidingwindow.h"

#include <semper/processspec.h>

#include <QList>
#include <QString>

#include <chrono>
#include <optional>

namespace semper {

/// What the journal is told.
enum class RecordType {
    Waiting,
    Start,
    Ready,
    Unready,
    Stalled, ///< it gets nothing done
    Working, ///< it does again
    Exit,
    Backoff,
    Failed,
    Stop,
    Unkillable, ///< it does not end, though SIGKILL was sent
    Skipped, ///< a run of its schedule was left out: the one before is not over
    Queued, ///< a run of its schedule follows the one before, which is not over
    Replaced ///< the run before is not over and is stopped for the next one
};

/// What has to be done about it, in this order.
struct Action
{
    enum class Kind {
        Launch,
        RequestStop,
        Kill,
        ClearLeftovers, ///< ask what is left of the dead launch to end, then tell Cleared
        KillLeftovers, ///< it has had its time
        ArmTimer, ///< replaces the timer that runs; a process has one
        ExtendTimer, ///< the timer that runs elapses no earlier than after the delay
        LimitTimer, ///< the timer that runs elapses no later than after the delay
        CancelTimer,
        Record,
    };
    Kind kind;
    std::chrono::milliseconds delay{0}; ///< of ArmTimer, ExtendTimer and LimitTimer
    RecordType record = {}; ///< of Record
    bool asked = false; ///< of ClearLeftovers: the launch was asked to end

    friend bool operator==(const Action &, const Action &) = default;
};

/// Everything that decides what happens next to one instance of a process.
struct MachineState
{
    ProcessPhase phase = ProcessPhase::Stopped;
    Wanted wanted = Wanted::Down;
    bool ready = false;
    bool stalled = false; ///< it told of no work for too long
    bool clearing = false; ///< what is left of the last launch is being ended
    bool greeted = false; ///< the launch told that it is ready before it was known to be launched
    bool killed = false; ///< SIGKILL was sent
    bool unkillable = false; ///< and the launch did not end
    bool asked = false; ///< the next launch is somebody's wish, not a restart
    bool resting = false; ///< it waits for its schedule to be due; in Waiting and Stopping
    bool queued = false; ///< another run of its schedule follows the one that is not over
    int restarts = 0; ///< relaunches that nobody asked for
    RestartWindow lastRestarts; ///< of them, those of the last hour
    int failures = 0; ///< ends in a row without stable running between them
    SlidingWindow recentRestarts;
    std::optional<Instant> launchedAt; ///< nothing while no launch is alive
    std::optional<Instant> runningSince; ///< first ready; of the last launch, where it ever was
    std::optional<Instant> nextStartAt; ///< in Backoff only
    std::chrono::milliseconds extension{
        0}; ///< the time that it asked for last, to start or to stop
    std::optional<Cause> fault; ///< why the launch that is alive is about to end, if it said so
    std::optional<Cause> command; ///< by which the launch that is alive was asked to end
    std::optional<Cause> wish; ///< why the next launch comes, where no command asks for it
    std::optional<Cause> excess; ///< why the launch that is asked to end has failed
    std::optional<Cause> cause; ///< why the state is what it is; nothing where all is well
    std::optional<ExitReport> lastExit;
    QList<ExitReport> deaths; ///< the last ten ends of launches, the newest first

    friend bool operator==(const MachineState &, const MachineState &) = default;
};

struct StepContext
{
    const ProcessSpec &spec;
    Instant now;
    double random = 0.5; ///< from [0, 1), for the jitter
    std::optional<Cause> blocker = {}; ///< why it must not be launched now; nothing: it may
};

struct StepResult
{
    MachineState state;
    QList<Action> actions;
};

/// The life of a supervised process as a pure function: no process, timer or clock in it. A
/// happening that means nothing in a phase changes nothing.
[[nodiscard]] SEMPER_CORE_EXPORT StepResult step(
    MachineState state, const Happening &happening, const StepContext &context);

} // namespace semper
