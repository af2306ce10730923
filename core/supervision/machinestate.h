// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "protocol/exitreport.h"
#include "protocol/processphase.h"
#include "supervision/instant.h"
#include "supervision/restartwindow.h"
#include "supervision/slidingwindow.h"

#include <QList>

#include <chrono>
#include <optional>
#include <variant>

namespace semper {

/// What holds for a launch from its making to its end.
struct LiveLaunch
{
    enum class Kill { NotSent, Sent, InVain };

    Kill kill = Kill::NotSent;
    std::optional<Instant> launchedAt = {}; ///< nothing while it is being made
    std::optional<Instant> runningSince = {}; ///< first ready; nothing where it never was
    std::chrono::milliseconds extension{0}; ///< that it asked for last, to start or to stop
    std::optional<Cause> fault = {}; ///< why it is about to end, if it said so

    [[nodiscard]] bool isKilled() const { return kill != Kill::NotSent; }
    friend bool operator==(const LiveLaunch &, const LiveLaunch &) = default;
};

/// What holds for what a launch left behind, from its end until nothing of it is left.
struct Remains
{
    bool killed = false; ///< SIGKILL was sent to the launch
    std::chrono::milliseconds extension{0}; ///< that was asked for last, to stop
    friend bool operator==(const Remains &, const Remains &) = default;
};

/// Each phase with what holds in it alone.
namespace stage {
struct Stopped
{
    friend bool operator==(const Stopped &, const Stopped &) = default;
};
struct Resting ///< ProcessPhase::Waiting, until its schedule is due
{
    friend bool operator==(const Resting &, const Resting &) = default;
};
struct Waiting ///< until others let it be launched
{
    bool asked = false; ///< the launch is somebody's wish, not a restart
    std::optional<Cause> wish = {}; ///< what is shown as the cause once it is launched
    friend bool operator==(const Waiting &, const Waiting &) = default;
};
struct Starting
{
    LiveLaunch launch = {};
    bool greeted = false; ///< it told that it is ready before it was known to be launched
    friend bool operator==(const Starting &, const Starting &) = default;
};
struct Running
{
    LiveLaunch launch = {};
    bool ready = true;
    bool stalled = false; ///< it told of no work for too long
    friend bool operator==(const Running &, const Running &) = default;
};
struct Backoff
{
    std::optional<Remains> remains = {};
    Instant until;
    bool asked = false; ///< as of Waiting
    friend bool operator==(const Backoff &, const Backoff &) = default;
};
struct Stopping
{
    /// What follows once nothing is left.
    enum class Sequel {
        Down, ///< nothing; it was asked by a command, `why`
        Rest, ///< the same, but its schedule goes on
        Launch, ///< another launch, by a command
        Renewal, ///< another launch, for which `why` is
        Failure, ///< what follows a failure, which is `why`
    };

    std::variant<LiveLaunch, Remains> what = {};
    Sequel sequel = Sequel::Down;
    std::optional<Cause> why = {};
    friend bool operator==(const Stopping &, const Stopping &) = default;
};
struct Failed
{
    std::optional<Remains> remains = {};
    friend bool operator==(const Failed &, const Failed &) = default;
};
struct Done
{
    std::optional<Remains> remains = {};
    friend bool operator==(const Done &, const Done &) = default;
};
} // namespace stage

/// Everything that decides what happens next to one instance of a process.
struct SEMPER_CORE_EXPORT MachineState
{
    std::variant<stage::Stopped, stage::Resting, stage::Waiting, stage::Starting, stage::Running,
        stage::Backoff, stage::Stopping, stage::Failed, stage::Done>
        current = {};
    bool queued = false; ///< another run of its schedule follows the one that is not over
    int restarts = 0; ///< relaunches that nobody asked for
    RestartWindow lastRestarts = {}; ///< of them, those of the last hour
    int failures = 0; ///< ends in a row without stable running between them
    SlidingWindow recentRestarts = {};
    std::optional<Cause> cause = {}; ///< why the state is what it is; nothing where all is well
    std::optional<ExitReport> lastExit = {};
    QList<ExitReport> deaths = {}; ///< the last ten ends of launches, the newest first

    [[nodiscard]] ProcessPhase phase() const;
    [[nodiscard]] Wanted wanted() const;
    /// That is being made, or is alive; null where there is none.
    [[nodiscard]] const LiveLaunch *launch() const;
    [[nodiscard]] LiveLaunch *launch();
    /// Null where nothing is left of the last launch.
    [[nodiscard]] const Remains *remains() const;
    [[nodiscard]] Remains *remains();

    [[nodiscard]] bool isReady() const;
    [[nodiscard]] bool isStalled() const;
    [[nodiscard]] bool isResting() const; ///< until its schedule is due, once it has stopped
    [[nodiscard]] bool isClearing() const { return remains() != nullptr; }
    [[nodiscard]] bool isKilled() const; ///< the launch, or what left the remains
    [[nodiscard]] bool isUnkillable() const; ///< SIGKILL was sent, and the launch did not end
    /// It was ready once, and nobody wants it to end.
    [[nodiscard]] bool isRunning() const;
    /// Nothing of it runs, and nothing will by itself.
    [[nodiscard]] bool isDown() const;
    [[nodiscard]] std::optional<Instant> launchedAt() const; ///< nothing while none is alive
    [[nodiscard]] std::optional<Instant> nextStartAt() const; ///< in Backoff only
    friend bool operator==(const MachineState &, const MachineState &) = default;
};

} // namespace semper
