// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/processmachine.h"

#include "supervision/machinestep.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

void Step::on(const happening::Start &)
{
    m_state.wanted = Wanted::Up;
    m_state.wish.reset();
    m_state.resting = false;
    switch (m_state.phase) {
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
    case ProcessPhase::Stopping:
        m_state.excess.reset();
        forgetFailures(); // launched again as soon as the old one is gone
        break;
    }
}

void Step::on(const happening::Stop &event)
{
    m_state.wanted = Wanted::Down;
    m_state.wish.reset();
    m_state.excess.reset();
    m_state.queued = false;
    m_state.resting = false;
    switch (m_state.phase) {
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
        m_state.command = event.why;
        askToStop();
        break;
    case ProcessPhase::Waiting:
    case ProcessPhase::Backoff:
        cancelBackoff();
        [[fallthrough]];
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        m_state.cause = event.why;
        enter(m_state.clearing ? ProcessPhase::Stopping : ProcessPhase::Stopped);
        if (m_state.clearing)
            limitLeftovers();
        else
            record(RecordType::Stop);
        break;
    case ProcessPhase::Stopping:
        m_state.command = event.why;
        break;
    case ProcessPhase::Stopped:
        break;
    }
}

void Step::on(const happening::Restart &event)
{
    if (!isAlive())
        return on(happening::Start{});
    m_state.wanted = Wanted::Up;
    m_state.command = cause::Commanded{.action = u"restart"_s, .by = event.by};
    forgetFailures();
    askToStop();
}

void Step::on(const happening::Reset &)
{
    m_state.restarts = 0;
    m_state.lastRestarts.clear();
    forgetFailures();
    if (m_state.phase == ProcessPhase::Backoff) {
        cancelBackoff();
        launchWhenCleared();
    }
}

void Step::on(const happening::Kill &)
{
    const Cause why = cause::Commanded{.action = u"kill"_s};
    on(happening::Stop{why});
    if (m_state.clearing)
        return act(Action::Kind::KillLeftovers);
    if (m_state.phase != ProcessPhase::Stopping || m_state.killed)
        return;
    m_state.fault = why;
    kill();
}

void Step::on(const happening::TurnCame &)
{
    if (m_state.phase == ProcessPhase::Starting)
        arm(m_context.spec.ready.timeout);
}

void Step::on(const happening::Launched &)
{
    m_state.launchedAt = m_context.now;
    record(RecordType::Start);
    // A command has started once it is executed, a class once its run() begins. Any other mode
    // waits for somebody to tell that it is ready, who may have been faster.
    const bool isReady
        = m_context.spec.isCommand() && m_context.spec.ready.mode == ReadyMode::Started;
    if (m_state.phase == ProcessPhase::Starting && (isReady || m_state.greeted))
        becomeRunning();
}

void Step::on(const happening::LeftBehind &event)
{
    if (!m_state.clearing || m_state.phase == ProcessPhase::Stopping || !m_state.lastExit)
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
    m_state.clearing = false;
    act(Action::Kind::CancelTimer);
    switch (m_state.phase) {
    case ProcessPhase::Backoff:
        if (*m_state.nextStartAt > m_context.now)
            arm(std::chrono::ceil<std::chrono::milliseconds>(*m_state.nextStartAt - m_context.now));
        else
            launch();
        break;
    case ProcessPhase::Stopping:
        if (m_state.resting)
            return rest();
        if (m_state.wanted == Wanted::Up)
            return launchWhenCleared();
        enter(ProcessPhase::Stopped);
        record(RecordType::Stop);
        break;
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        if (m_state.queued)
            on(happening::Due{});
        break;
    case ProcessPhase::Stopped:
    case ProcessPhase::Waiting:
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
        break;
    }
}

void Step::on(const happening::TimerElapsed &event)
{
    if (m_state.clearing)
        return act(Action::Kind::KillLeftovers);
    switch (m_state.phase) {
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
    case ProcessPhase::Stopping:
        killOverdue(event);
        break;
    case ProcessPhase::Backoff:
        launch();
        break;
    case ProcessPhase::Stopped:
    case ProcessPhase::Waiting:
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        break;
    }
}

void Step::on(const happening::ReadyChanged &event)
{
    if (m_state.killed)
        return; // its last words
    if (m_state.phase == ProcessPhase::Running) {
        setReady(event.ready);
    } else if (m_state.phase == ProcessPhase::Starting && event.ready) {
        m_state.greeted = true;
        if (m_state.launchedAt)
            becomeRunning();
    }
}

void Step::on(const happening::FaultReported &event)
{
    if ((!isAlive() && m_state.phase != ProcessPhase::Stopping) || m_state.killed)
        return;
    m_state.fault = event.why;
    // Once it was ready, or is to end anyway, its configuration was good enough.
    const auto *configuration = event.why.as<cause::Configuration>();
    if (configuration && m_state.phase != ProcessPhase::Starting)
        m_state.fault = cause::Fault{.what = configuration->detail};
}

void Step::on(const happening::Recycle &event)
{
    if (!isAlive() || m_state.killed)
        return; // another launch is coming anyway, or not wanted
    m_state.wish = event.why;
    askToStop();
}

void Step::on(const happening::Hung &event)
{
    if (!isAlive() || m_state.killed)
        return;
    m_state.fault = event.why;
    kill();
}

void Step::on(const happening::TimeAsked &event)
{
    const bool isTimed
        = m_state.phase == ProcessPhase::Starting || m_state.phase == ProcessPhase::Stopping;
    if (!m_state.clearing && (!isTimed || m_state.killed))
        return; // leftovers are always to end by some time
    m_state.extension = event.time;
    m_actions.append({.kind = Action::Kind::ExtendTimer, .delay = event.time});
}

void Step::on(const happening::BlockerChanged &)
{
    if (m_state.phase == ProcessPhase::Waiting && !m_state.resting)
        launch();
}

void Step::on(const happening::Excess &event)
{
    if (!isAlive() || m_state.killed)
        return;
    m_state.excess = event.why;
    askToStop();
}

void Step::on(const happening::Stalled &)
{
    if (m_state.phase != ProcessPhase::Running || m_state.killed || m_state.stalled)
        return;
    m_state.stalled = true;
    record(RecordType::Stalled);
    if (m_context.spec.onStalled == OnStalled::Restart)
        on(happening::Excess{cause::Stalled{
            .after = m_context.spec.stalledAfter.value_or(std::chrono::milliseconds(0))}});
}

void Step::on(const happening::WorkedAgain &)
{
    if (m_state.phase == ProcessPhase::Running && std::exchange(m_state.stalled, false))
        record(RecordType::Working);
}

StepResult step(MachineState state, const Happening &happening, const StepContext &context)
{
    Step step(std::move(state), context);
    std::visit([&step](const auto &event) { step.on(event); }, happening);
    return step.take();
}

} // namespace semper
