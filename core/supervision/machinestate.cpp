// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/machinestate.h"

#include <array>
#include <type_traits>
#include <utility>

namespace semper {

namespace {

template <typename State>
auto launchOf(State &state) -> decltype(state.launch())
{
    return std::visit(
        [](auto &now) -> decltype(state.launch()) {
            if constexpr (requires { now.launch; })
                return &now.launch;
            else if constexpr (requires { now.what; })
                return std::get_if<LiveLaunch>(&now.what);
            else
                return nullptr;
        },
        state.current);
}

template <typename State>
auto remainsOf(State &state) -> decltype(state.remains())
{
    return std::visit(
        [](auto &now) -> decltype(state.remains()) {
            if constexpr (requires { now.remains; })
                return now.remains ? &*now.remains : nullptr;
            else if constexpr (requires { now.what; })
                return std::get_if<Remains>(&now.what);
            else
                return nullptr;
        },
        state.current);
}

} // namespace

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
    return launchOf(*this);
}

LiveLaunch *MachineState::launch()
{
    return launchOf(*this);
}

const Remains *MachineState::remains() const
{
    return remainsOf(*this);
}

Remains *MachineState::remains()
{
    return remainsOf(*this);
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
