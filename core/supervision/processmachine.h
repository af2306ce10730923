// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "supervision/happening.h"
#include "supervision/machinestate.h"

#include <semper/processspec.h>

#include <QList>

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
