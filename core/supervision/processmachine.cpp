// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/processmachine.h"

#include "supervision/machinestep.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

void Step::on(const happening::Start &)
{
    switch (m_state.phase()) {
    case ProcessPhase::Backoff:
        cancelBackoff();
        [[fallthrough]];
    case ProcessPhase::Stopped:
    case ProcessPhase::Waiting:
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        forgetFailures();
        launchWhenCleared();
        break;
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
        break;
    case ProcessPhase::Stopping: // launched again as soon as the old one is gone
        forgetFailures();
        auto &stopping = *in<stage::Stopping>();
        if (stopping.sequel == Sequel::Renewal || stopping.sequel == Sequel::Failure)
            stopping.why.reset();
        stopping.sequel = Sequel::Launch;
        break;
    }
}

void Step::on(const happening::Stop &event)
{
    m_state.queued = false;
    switch (m_state.phase()) {
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
        askToStop(Sequel::Down, event.why);
        break;
    case ProcessPhase::Waiting:
    case ProcessPhase::Backoff:
        cancelBackoff();
        [[fallthrough]];
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        m_state.cause = event.why;
        if (const Remains *remains = m_state.remains()) {
            // It has no longer to wait for them than for a launch that is alive.
            m_actions.append({.kind = Action::Kind::LimitTimer,
                .delay = std::max(m_context.spec.stop.timeout, remains->extension)});
            m_state.current = stage::Stopping{.what = Remains(*remains), .why = event.why};
        } else {
            stopped();
        }
        break;
    case ProcessPhase::Stopping:
        in<stage::Stopping>()->sequel = Sequel::Down;
        in<stage::Stopping>()->why = event.why;
        break;
    case ProcessPhase::Stopped:
        break;
    }
}

void Step::on(const happening::Restart &event)
{
    if (!in<stage::Starting>() && !in<stage::Running>())
        return on(happening::Start{});
    forgetFailures();
    askToStop(Sequel::Launch, cause::Commanded{.action = u"restart"_s, .by = event.by});
}

void Step::on(const happening::Reset &)
{
    m_state.restarts = 0;
    m_state.lastRestarts.clear();
    forgetFailures();
    if (in<stage::Backoff>()) {
        cancelBackoff();
        launchWhenCleared();
    }
}

void Step::on(const happening::Kill &)
{
    const Cause why = cause::Commanded{.action = u"kill"_s};
    on(happening::Stop{why});
    if (m_state.isClearing())
        return act(Action::Kind::KillLeftovers);
    LiveLaunch *launch = m_state.launch();
    if (!launch || launch->isKilled())
        return;
    launch->fault = why;
    kill(*launch);
}

void Step::on(const happening::TurnCame &)
{
    if (in<stage::Starting>())
        arm(m_context.spec.ready.timeout);
}

void Step::on(const happening::Launched &)
{
    LiveLaunch *launch = m_state.launch();
    if (!launch)
        return;
    launch->launchedAt = m_context.now;
    record(RecordType::Start);
    // A command has started once it is executed, a class once its run() begins. Any other mode
    // waits for somebody to tell that it is ready, who may have been faster.
    const bool isReady
        = m_context.spec.isCommand() && m_context.spec.ready.mode == ReadyMode::Started;
    if (const auto *starting = in<stage::Starting>(); starting && (isReady || starting->greeted))
        becomeRunning(LiveLaunch(*launch));
}

void Step::on(const happening::LeftBehind &event)
{
    if (!m_state.isClearing() || in<stage::Stopping>() || !m_state.lastExit)
        return;
    const Cause why = cause::Daemonized{
        .exitCode = m_state.lastExit->code.value_or(0), .processes = event.processes};
    m_state.lastExit->cause = why;
    m_state.deaths.first().cause = why;
    if (auto *gaveUp = m_state.cause ? std::get_if<cause::GaveUp>(&m_state.cause->kind) : nullptr)
        gaveUp->because = why;
    else
        m_state.cause = why;
}

void Step::on(const happening::Cleared &)
{
    if (!m_state.isClearing())
        return;
    act(Action::Kind::CancelTimer);
    if (auto *backoff = in<stage::Backoff>()) {
        backoff->remains.reset();
        if (backoff->until <= m_context.now)
            return endBackoff(*backoff);
        arm(std::chrono::ceil<std::chrono::milliseconds>(backoff->until - m_context.now));
    } else if (const auto *stopping = in<stage::Stopping>()) {
        followStop(stage::Stopping(*stopping));
    } else {
        if (auto *failed = in<stage::Failed>())
            failed->remains.reset();
        if (auto *done = in<stage::Done>())
            done->remains.reset();
        if (m_state.queued)
            on(happening::Due{});
    }
}

void Step::on(const happening::TimerElapsed &event)
{
    if (m_state.isClearing())
        return act(Action::Kind::KillLeftovers);
    if (LiveLaunch *launch = m_state.launch())
        killOverdue(*launch, event);
    else if (const auto *backoff = in<stage::Backoff>())
        endBackoff(*backoff);
}

void Step::on(const happening::ReadyChanged &event)
{
    if (m_state.isKilled())
        return; // its last words
    if (auto *running = in<stage::Running>()) {
        if (std::exchange(running->ready, event.ready) != event.ready)
            record(event.ready ? RecordType::Ready : RecordType::Unready);
    } else if (auto *starting = in<stage::Starting>(); starting && event.ready) {
        starting->greeted = true;
        if (starting->launch.launchedAt)
            becomeRunning(LiveLaunch(starting->launch));
    }
}

void Step::on(const happening::FaultReported &event)
{
    LiveLaunch *launch = m_state.launch();
    if (!launch || launch->isKilled())
        return;
    launch->fault = event.why;
    // Once it was ready, or is to end anyway, its configuration was good enough.
    const auto *configuration = event.why.as<cause::Configuration>();
    if (configuration && !in<stage::Starting>())
        launch->fault = cause::Fault{.what = configuration->detail};
}

void Step::on(const happening::Recycle &event)
{
    if (unharmed()) // else another launch is coming anyway, or not wanted
        askToStop(Sequel::Renewal, event.why);
}

void Step::on(const happening::Hung &event)
{
    LiveLaunch *launch = unharmed();
    if (!launch)
        return;
    launch->fault = event.why;
    kill(*launch);
}

void Step::on(const happening::TimeAsked &event)
{
    LiveLaunch *launch = m_state.launch();
    if (Remains *remains = m_state.remains()) // which are always to end by some time
        remains->extension = event.time;
    else if (launch && !launch->isKilled() && !in<stage::Running>())
        launch->extension = event.time;
    else
        return;
    m_actions.append({.kind = Action::Kind::ExtendTimer, .delay = event.time});
}

void Step::on(const happening::BlockerChanged &)
{
    if (const auto *waiting = in<stage::Waiting>())
        launch(stage::Waiting(*waiting));
}

void Step::on(const happening::Excess &event)
{
    if (unharmed())
        askToStop(Sequel::Failure, event.why);
}

void Step::on(const happening::Stalled &)
{
    auto *running = in<stage::Running>();
    if (!running || running->launch.isKilled() || std::exchange(running->stalled, true))
        return;
    record(RecordType::Stalled);
    if (m_context.spec.onStalled == OnStalled::Restart)
        on(happening::Excess{cause::Stalled{
            .after = m_context.spec.stalledAfter.value_or(std::chrono::milliseconds(0))}});
}

void Step::on(const happening::WorkedAgain &)
{
    if (auto *running = in<stage::Running>(); running && std::exchange(running->stalled, false))
        record(RecordType::Working);
}

StepResult step(MachineState state, const Happening &happening, const StepContext &context)
{
    Step step(std::move(state), context);
    std::visit([&step](const auto &event) { step.on(event); }, happening);
    return step.take();
}

} // namespace semper
