// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/machinestep.h"

#include "supervision/restartpolicy.h"

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

// After SIGKILL only a process in uninterruptible sleep lives on; it is told, then waited for.
constexpr auto patienceAfterKill = 2000ms;

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
        m_state.wish = m_state.reason; // why the last launch ended, to be seen again with the next
    m_state.reason = m_context.blocker;
    if (m_state.phase == ProcessPhase::Waiting && !m_state.resting)
        return;
    m_state.resting = false;
    enter(ProcessPhase::Waiting);
    record(RecordType::Waiting);
}

void Step::launch()
{
    if (!m_context.blocker.isEmpty())
        return waitForBlocker();
    // Why the last launch ended stays to be seen while the next one runs.
    const bool waited = m_state.phase == ProcessPhase::Waiting;
    const bool asked = std::exchange(m_state.asked, false);
    if (asked || waited)
        m_state.reason = std::exchange(m_state.wish, {});
    if (!asked)
        ++m_state.restarts;
    enter(ProcessPhase::Starting);
    m_state.resting = false;
    m_state.fault.clear();
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

QString Step::within(std::chrono::milliseconds limit) const
{
    const QString text = u"within %1 ms"_s.arg(limit.count());
    return m_state.extension == 0ms
        ? text
        : text + u", nor in the %1 ms that it asked for"_s.arg(m_state.extension.count());
}

/// While leftovers are being ended, the timer is theirs.
void Step::cancelBackoff()
{
    if (!m_state.clearing)
        act(Action::Kind::CancelTimer);
}

void Step::killOverdue(const QString &missing)
{
    if (m_state.killed) {
        m_state.reason
            = unkillableReason + (missing.isEmpty() ? u"in uninterruptible sleep"_s : missing);
        if (!std::exchange(m_state.unkillable, true))
            record(RecordType::Unkillable);
    } else if (m_state.phase == ProcessPhase::Stopping) {
        m_state.fault = u"killed: did not stop "_s + within(m_context.spec.stop.timeout);
    } else {
        m_state.fault = u"not ready "_s + within(m_context.spec.ready.timeout);
        if (!missing.isEmpty())
            m_state.fault += u": "_s + missing;
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

void Step::ended(const ExitReport &report, const QString &cause)
{
    m_state.launchedAt.reset();
    m_state.lastExit = report;
    const QString fault = std::exchange(m_state.fault, {});
    const QString excess = std::exchange(m_state.excess, {});
    m_state.reason = fault.isEmpty() ? cause : fault;
    if (fault.isEmpty() && m_state.phase == ProcessPhase::Stopping && !m_state.wish.isEmpty()
        && m_state.wanted == Wanted::Up)
        m_state.reason = m_state.wish;
    m_state.clearing = true;
    const bool wasAsked = m_state.phase == ProcessPhase::Stopping;
    setReady(false);
    if (!excess.isEmpty()) {
        m_state.reason = excess;
        endedUnasked({}); // however it ended: having used too much is no success
    } else if (m_state.phase == ProcessPhase::Stopping) {
        record(RecordType::Exit);
    } else {
        endedUnasked(report);
    }
    endLeftovers(wasAsked);
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
        enter(ProcessPhase::Failed);
        record(RecordType::Exit);
        record(RecordType::Failed);
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
            m_state.reason += u" (more than %1 %2 in %3 ms)"_s.arg(*spec.maxRestarts)
                                  .arg(*spec.maxRestarts == 1 ? u"restart"_s : u"restarts"_s)
                                  .arg(spec.window.count());
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
