// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/machinestate.h"

#include <array>
#include <utility>

namespace semper {

ProcessPhase MachineState::phase() const
{
    using enum ProcessPhase;
    // In the order of the stages.
    constexpr std::array phases{
        Stopped, Waiting, Waiting, Starting, Running, Backoff, Stopping, Failed, Done};
    static_assert(phases.size() == std::variant_size_v<decltype(current)>);
    return phases.at(current.index());
}

Wanted MachineState::wanted() const
{
    const auto *stopping = std::get_if<stage::Stopping>(&current);
    const bool isDown = std::holds_alternative<stage::Stopped>(current)
        || (stopping != nullptr && stopping->sequel == stage::Stopping::Sequel::Down);
    return isDown ? Wanted::Down : Wanted::Up;
}

const LiveLaunch *MachineState::launch() const
{
    if (const auto *starting = std::get_if<stage::Starting>(&current))
        return &starting->launch;
    if (const auto *running = std::get_if<stage::Running>(&current))
        return &running->launch;
    const auto *stopping = std::get_if<stage::Stopping>(&current);
    return stopping != nullptr ? std::get_if<LiveLaunch>(&stopping->what) : nullptr;
}

LiveLaunch *MachineState::launch()
{
    return const_cast<LiveLaunch *>(std::as_const(*this).launch());
}

const Remains *MachineState::remains() const
{
    const std::optional<Remains> *left = nullptr;
    if (const auto *stopping = std::get_if<stage::Stopping>(&current))
        return std::get_if<Remains>(&stopping->what);
    if (const auto *backoff = std::get_if<stage::Backoff>(&current))
        left = &backoff->remains;
    else if (const auto *failed = std::get_if<stage::Failed>(&current))
        left = &failed->remains;
    else if (const auto *done = std::get_if<stage::Done>(&current))
        left = &done->remains;
    return left != nullptr && *left ? &**left : nullptr;
}

Remains *MachineState::remains()
{
    return const_cast<Remains *>(std::as_const(*this).remains());
}

bool MachineState::isReady() const
{
    const auto *running = std::get_if<stage::Running>(&current);
    return running != nullptr && running->ready;
}

bool MachineState::isStalled() const
{
    const auto *running = std::get_if<stage::Running>(&current);
    return running != nullptr && running->stalled;
}

bool MachineState::isResting() const
{
    const auto *stopping = std::get_if<stage::Stopping>(&current);
    return std::holds_alternative<stage::Resting>(current)
        || (stopping != nullptr && stopping->sequel == stage::Stopping::Sequel::Rest);
}

bool MachineState::isKilled() const
{
    const LiveLaunch *alive = launch();
    const Remains *left = remains();
    return (alive != nullptr && alive->isKilled()) || (left != nullptr && left->killed);
}

bool MachineState::isUnkillable() const
{
    const LiveLaunch *alive = launch();
    return alive != nullptr && alive->kill == LiveLaunch::Kill::InVain;
}

bool MachineState::isRunning() const
{
    const auto *running = std::get_if<stage::Running>(&current);
    return running != nullptr && !running->launch.isKilled();
}

bool MachineState::isDown() const
{
    const bool isOver = phase() == ProcessPhase::Stopped || phase() == ProcessPhase::Failed
        || phase() == ProcessPhase::Done;
    return isOver && !isClearing();
}

std::optional<Instant> MachineState::launchedAt() const
{
    const LiveLaunch *alive = launch();
    return alive != nullptr ? alive->launchedAt : std::nullopt;
}

std::optional<Instant> MachineState::nextStartAt() const
{
    const auto *backoff = std::get_if<stage::Backoff>(&current);
    return backoff != nullptr ? std::optional(backoff->until) : std::nullopt;
}

} // namespace semper
