// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/limitsspec.h>
#include <semper/livenessspec.h>
#include <semper/outputlimitsspec.h>
#include <semper/readyspec.h>
#include <semper/restartspec.h>
#include <semper/schedulespec.h>

#include <QJsonObject>
#include <QMap>
#include <QString>
#include <QStringList>

#include <chrono>
#include <csignal>
#include <optional>

namespace semper {

/// Whom a stop signals: the process alone, or all of its process group.
enum class StopScope { Process, Group };

/// "stop" in the configuration.
struct StopSpec
{
    int signal = SIGTERM;
    std::chrono::milliseconds timeout{10000}; ///< of the whole launch; then SIGKILL
    std::chrono::milliseconds leftovers{1000}; ///< for what a launch that died by itself has left
    std::optional<StopScope> scope = {}; ///< nothing: Group for commands, Process for classes
    friend bool operator==(const StopSpec &, const StopSpec &) = default;
};

/// What is done about a process that gets nothing done.
enum class OnStalled {
    Tell, ///< the event, and the process object
    Restart ///< that, and it is asked to end and restarted as one that failed
};

/// Up to where a dependency must have come before a dependant is started.
enum class DependencyLevel {
    Default, ///< as far as ProcessSpec::defaultLevel() of the dependency says
    Started, ///< its launch lives, or it has completed
    Ready, ///< it is ready, or has completed
    Completed ///< it has ended with success, and is not to be started again
};

/// What the end of one process of a group means for the others. Source: the strategies of
/// Erlang/OTP's supervisor(3).
enum class GroupStrategy { OneForOne, RestForOne, OneForAll };

/// One user process as the configuration, or an embedding program, describes it. Every default
/// of a process stands here and nowhere else.
struct ProcessSpec
{
    QString className = {}; ///< either this
    QStringList command = {}; ///< or this: program and arguments, no shell
    QJsonObject settings = {}; ///< reaches Process::settings()
    QString directory = {}; ///< absolute; empty: the configuration's folder, or the server's
    QMap<QString, QString> environment = {}; ///< merged over the server's own
    QString environmentFile = {}; ///< absolute; comes between the two; empty: none
    QStringList unsetVariables = {}; ///< taken away at the end
    /// Those of the server's own variables that it inherits; nothing: all, but for another user's
    /// process those that are the server's user's.
    std::optional<QStringList> inheritedVariables = {};
    bool enabled = true; ///< what "enabled" came to when the configuration was read
    RestartSpec restart = {};
    StopSpec stop = {};
    ReadySpec ready = {};
    std::optional<std::chrono::milliseconds> watchdog = {}; ///< 0: off; nothing: see below
    std::optional<LivenessSpec> liveness = {}; ///< nothing: never probed
    /// Once ready, it counts as stalled when it told of no work for so long; nothing: never.
    std::optional<std::chrono::milliseconds> stalledAfter = {};
    OnStalled onStalled = OnStalled::Tell;
    bool critical = false; ///< people are asked before they end it
    QMap<QString, DependencyLevel> dependsOn = {}; ///< by name of a process
    QString group = {}; ///< empty: none
    GroupStrategy strategy = GroupStrategy::OneForOne; ///< the same in all of a group
    int instances = 1;
    int standby = 0; ///< hosts that have loaded the class and wait, for all instances together
    LimitsSpec limits = {};
    OutputLimitsSpec outputLimits = {};
    std::optional<ScheduleSpec> schedule = {}; ///< with one, the policy Always means Never
    Overlap overlap = Overlap::Skip; ///< of the runs of a schedule

    [[nodiscard]] bool isCommand() const { return !command.isEmpty(); }
    /// Up to where dependants wait that do not say: a task, which runs once, must have completed.
    [[nodiscard]] DependencyLevel defaultLevel() const
    {
        return restart.policy == RestartPolicy::Never && !schedule ? DependencyLevel::Completed
                                                                   : DependencyLevel::Ready;
    }
    [[nodiscard]] StopScope stopScope() const
    {
        return stop.scope.value_or(isCommand() ? StopScope::Group : StopScope::Process);
    }
    /// How long a process may be silent before it counts as hung; 0: for ever.
    [[nodiscard]] std::chrono::milliseconds watchdogPeriod() const
    {
        return watchdog.value_or(std::chrono::milliseconds(isCommand() ? 0 : 30000));
    }
    friend bool operator==(const ProcessSpec &, const ProcessSpec &) = default;
};

} // namespace semper
