// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/machinestep.h"

#include "spec/signalname.h"
#include "spec/vocabulary.h"
#include "supervision/restartpolicy.h"

#include <algorithm>

using namespace std::chrono_literals;

namespace semper {

namespace {

// After SIGKILL only a process in uninterruptible sleep lives on; it is told, then waited for.
constexpr auto patienceAfterKill = 2000ms;
constexpr qsizetype mostDeaths = 10;
constexpr qsizetype mostLinesOfOlder = 3; ///< of deaths but the newest

} // namespace

void Step::enter(ProcessPhase phase)
{
    m_state.phase = phase;
    if (phase != ProcessPhase::Backoff)
        m_state.nextStartAt.reset();
}

void Step::forgetFailures()
{
    m_state.failures = 0;
    m_state.recentRestarts.clear();
}

bool Step::isAlive() const
{
    return m_state.phase == ProcessPhase::Starting || m_state.phase == ProcessPhase::Running;
}

void Step::waitForBlocker()
{
    if (m_state.phase == ProcessPhase::Backoff && !m_state.asked)
        m_state.wish = m_state.cause; // why the last launch ended, to be seen again with the next
    m_state.cause = m_context.blocker;
    if (m_state.phase == ProcessPhase::Waiting && !m_state.resting)
        return;
    m_state.resting = false;
    enter(ProcessPhase::Waiting);
    record(RecordType::Waiting);
}

void Step::launch()
{
    if (m_context.blocker)
        return waitForBlocker();
    // Why the last launch ended stays to be seen while the next one runs.
    const bool waited = m_state.phase == ProcessPhase::Waiting;
    const bool asked = std::exchange(m_state.asked, false);
    if (asked || waited)
        m_state.cause = std::exchange(m_state.wish, {});
    if (!asked) {
        ++m_state.restarts;
        m_state.lastRestarts.add(m_context.now);
    }
    enter(ProcessPhase::Starting);
    m_state.resting = false;
    m_state.fault.reset();
    m_state.command.reset();
    m_state.greeted = false;
    m_state.killed = false;
    m_state.unkillable = false;
    m_state.runningSince.reset();
    m_state.extension = 0ms;
    act(Action::Kind::Launch);
}

void Step::launchWhenCleared()
{
    m_state.asked = true;
    m_state.queued = false; // this is the run that was to follow
    if (!m_state.clearing)
        return launch();
    enter(ProcessPhase::Backoff);
    m_state.nextStartAt = m_context.now;
}

void Step::askToStop()
{
    enter(ProcessPhase::Stopping);
    m_state.extension = 0ms;
    arm(m_context.spec.stop.timeout);
    act(Action::Kind::RequestStop);
    setReady(false);
}

void Step::kill()
{
    m_state.killed = true;
    act(Action::Kind::Kill);
    arm(patienceAfterKill);
}

/// While leftovers are being ended, the timer is theirs.
void Step::cancelBackoff()
{
    if (!m_state.clearing)
        act(Action::Kind::CancelTimer);
}

void Step::killOverdue(const happening::TimerElapsed &event)
{
    const ProcessSpec &spec = m_context.spec;
    if (m_state.killed) {
        m_state.cause = event.stuck;
        if (!std::exchange(m_state.unkillable, true))
            record(RecordType::Unkillable);
    } else if (m_state.phase == ProcessPhase::Stopping) {
        m_state.fault = cause::StopOverdue{.after = spec.stop.timeout, .asked = m_state.extension};
    } else {
        m_state.fault = cause::NotReady{.after = spec.ready.timeout,
            .asked = m_state.extension,
            .probe = readyModeName(spec.ready.mode),
            .detail = event.missing};
    }
    kill();
}

void Step::setReady(bool ready)
{
    if (std::exchange(m_state.ready, ready) != ready)
        record(ready ? RecordType::Ready : RecordType::Unready);
}

void Step::becomeRunning()
{
    enter(ProcessPhase::Running);
    m_state.runningSince = m_context.now;
    act(Action::Kind::CancelTimer);
    setReady(true);
}

/// What it said itself explains it best; then why it was asked to end, where it did as it was
/// asked.
Cause Step::whyEnded(const ExitReport &report, const Cause &how)
{
    const auto fault = std::exchange(m_state.fault, {});
    const auto command = std::exchange(m_state.command, {});
    if (m_state.excess)
        return *m_state.excess;
    if (fault)
        return *fault;
    if (m_state.phase != ProcessPhase::Stopping)
        return how;
    if (m_state.wish && m_state.wanted == Wanted::Up)
        return *m_state.wish;
    const bool didAsAsked
        = report.signal.isEmpty() || report.signal == signalName(m_context.spec.stop.signal);
    return command && didAsAsked ? *command : how;
}

void Step::remember(const ExitReport &end)
{
    // All of them go into each frame that tells of the process.
    if (!m_state.deaths.isEmpty()) {
        QStringList &lines = m_state.deaths.first().lastLines;
        lines = lines.last(std::min(lines.size(), mostLinesOfOlder));
    }
    m_state.deaths.prepend(end);
    if (m_state.deaths.size() > mostDeaths)
        m_state.deaths.removeLast();
}

void Step::ended(const ExitReport &report, const Cause &how)
{
    m_state.launchedAt.reset();
    m_state.stalled = false;
    m_state.lastExit = report;
    const bool isMisconfigured = m_state.fault && m_state.fault->is<cause::Configuration>();
    m_state.cause = whyEnded(report, how);
    m_state.lastExit->cause = m_state.cause;
    remember(*m_state.lastExit);
    m_state.clearing = true;
    const bool wasAsked = m_state.phase == ProcessPhase::Stopping;
    setReady(false);
    if (std::exchange(m_state.excess, {})) {
        endedUnasked({}); // however it ended: having used too much is no success
    } else if (m_state.phase == ProcessPhase::Stopping) {
        record(RecordType::Exit);
    } else if (isMisconfigured) {
        fail(); // whatever the policy: the next launch would end in the same way
    } else {
        endedUnasked(report);
    }
    endLeftovers(wasAsked);
}

void Step::fail()
{
    enter(ProcessPhase::Failed);
    record(RecordType::Exit);
    record(RecordType::Failed);
}

/// The time to stop is that of the whole launch: what is left of one that was asked has the rest
/// of it.
void Step::endLeftovers(bool wasAsked)
{
    if (!wasAsked) {
        m_state.extension = 0ms;
        arm(m_context.spec.stop.leftovers);
    }
    m_actions.append({.kind = Action::Kind::ClearLeftovers, .asked = wasAsked});
    if (wasAsked && m_state.killed)
        act(Action::Kind::KillLeftovers);
}

/// A stop has no longer to wait for them than for a launch that is alive.
void Step::limitLeftovers()
{
    m_actions.append({.kind = Action::Kind::LimitTimer,
        .delay = std::max(m_context.spec.stop.timeout, m_state.extension)});
}

void Step::endedUnasked(const ExitReport &report)
{
    if (m_isToBeTriedAgain)
        return restartAfterDelay();
    switch (decideRestart(m_context.spec.restart, report)) {
    case RestartDecision::Restart:
        restartAfterDelay();
        break;
    case RestartDecision::Done:
        enter(ProcessPhase::Done);
        record(RecordType::Exit);
        break;
    case RestartDecision::Failed:
        fail();
        break;
    }
}

void Step::restartAfterDelay()
{
    const RestartSpec &spec = m_context.spec.restart;
    // One that never became ready has failed to start, however long it took.
    if (m_state.runningSince && m_context.now - *m_state.runningSince >= spec.resetAfter)
        m_state.failures = 0;
    if (spec.maxRestarts) {
        if (m_state.recentRestarts.count(m_context.now, spec.window) >= *spec.maxRestarts) {
            enter(ProcessPhase::Failed);
            m_state.cause = cause::GaveUp{
                .restarts = *spec.maxRestarts, .window = spec.window, .because = m_state.cause};
            record(RecordType::Exit);
            record(RecordType::Failed);
            return;
        }
        m_state.recentRestarts.add(m_context.now, *spec.maxRestarts);
    }
    const auto delay = restartDelay(spec, m_state.failures, m_context.random);
    m_state.failures = std::min(m_state.failures + 1, 1000); // far beyond any cap
    enter(ProcessPhase::Backoff);
    m_state.nextStartAt = m_context.now + delay;
    record(RecordType::Exit);
    if (delay > 0ms)
        record(RecordType::Backoff);
}

} // namespace semper
