// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QLatin1StringView>

#include <chrono>

namespace semper {

struct ProcessStatus;

/// What the state of a process means to the person who watches it.
enum class Condition {
    Running, ///< ready and alive
    Starting,
    NotReady, ///< it was ready before
    Hung, ///< no heartbeat, or its liveness probe fails
    Stalled, ///< its event loop turns, and it gets nothing done
    Flapping, ///< it runs, and was restarted again and again in the last hour
    CrashLoop, ///< it was restarted again and again, and does not stay up
    Backoff, ///< it ended, and is started again
    Waiting, ///< for another process
    Blocked, ///< it waits for what does not come by itself
    Scheduled, ///< between the runs of its schedule
    Stopping,
    Unkillable, ///< SIGKILL did not end it
    Failed,
    Done,
    Stopped,
    Disabled,
};

/// This many restarts make a process flap, and loop while it does not stay up.
inline constexpr int manyRestarts = 3;

/// Who has run for so long stays up.
inline constexpr std::chrono::seconds longEnoughUp{60};

/// By what \a status says. A process that keeps dying is in a crash loop also in the moments when
/// it happens to run: until it stays up.
[[nodiscard]] SEMPER_CORE_EXPORT Condition conditionOf(const ProcessStatus &status);

/// The word on the wire: "crash_loop".
[[nodiscard]] SEMPER_CORE_EXPORT QLatin1StringView conditionName(Condition condition);

} // namespace semper
