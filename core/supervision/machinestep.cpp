// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/machinestep.h"

#include "spec/signalname.h"
#include "spec/vocabulary.h"
#include "supervision/restartpolicy.h"

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

// After SIGKILL only a process in uninterruptible sleep lives on; it is told, then waited for.
constexpr auto patienceAfterKill = 2000ms;
constexpr qsizetype mostDeaths = 10;
constexpr qsizetype mostLinesOfOlder = 3; ///< of deaths but the newest

} // namespace

LiveLaunch *Step::unharmed()
{
    LiveLaunch *launch = in<stage::Stopping>() ? nullptr : m_state.launch();
    return launch && !launch->isKilled() ? launch : nullptr;
}

void Step::forgetFailures()
{
    m_state.failures = 0;
    m_state.recentRestarts.clear();
}

void Step::waitForBlocker(const stage::Waiting &next)
{
    m_state.cause = m_context.blocker;
    const bool waits = in<stage::Waiting>() != nullptr;
    m_state.current = next;
    if (!waits)
        record(RecordType::Waiting);
}

void Step::launch(const stage::Waiting &next)
{
    if (m_context.blocker)
        return waitForBlocker(next);
    m_state.cause = next.wish;
    if (!next.asked) {
        ++m_state.restarts;
        m_state.lastRestarts.add(m_context.now);
    }
    m_state.current = stage::Starting{};
    act(Action::Kind::Launch);
}

void Step::launchWhenCleared()
{
    m_state.queued = false; // this is the run that was to follow
    if (const Remains *remains = m_state.remains())
        m_state.current
            = stage::Backoff{.remains = *remains, .until = m_context.now, .asked = true};
    else
        launch({.asked = true});
}

/// Why the last launch ended stays to be seen while the next one runs, unless that was asked for.
void Step::endBackoff(const stage::Backoff &backoff)
{
    launch({.asked = backoff.asked, .wish = backoff.asked ? std::nullopt : m_state.cause});
}

void Step::stopped()
{
    m_state.current = stage::Stopped{};
    record(RecordType::Stop);
}

/// Nothing of the launch is left that was asked to end.
void Step::followStop(const stage::Stopping &over)
{
    switch (over.sequel) {
    case Sequel::Down:
        return stopped();
    case Sequel::Rest:
        return rest();
    case Sequel::Launch:
    case Sequel::Renewal:
    case Sequel::Failure: // was settled when it ended
        m_state.queued = false;
        return launch(
            {.asked = true, .wish = over.sequel == Sequel::Renewal ? over.why : std::nullopt});
    }
}

void Step::askToStop(Sequel sequel, const Cause &why)
{
    const bool wasReady = m_state.isReady();
    LiveLaunch launch = *m_state.launch();
    launch.extension = 0ms;
    m_state.current = stage::Stopping{.what = launch, .sequel = sequel, .why = why};
    arm(m_context.spec.stop.timeout);
    act(Action::Kind::RequestStop);
    if (wasReady)
        record(RecordType::Unready);
}

void Step::kill(LiveLaunch &launch)
{
    if (!launch.isKilled())
        launch.kill = LiveLaunch::Kill::Sent;
    act(Action::Kind::Kill);
    arm(patienceAfterKill);
}

/// While leftovers are being ended, the timer is theirs.
void Step::cancelBackoff()
{
    if (!m_state.isClearing())
        act(Action::Kind::CancelTimer);
}

void Step::killOverdue(LiveLaunch &launch, const happening::TimerElapsed &event)
{
    using Kill = LiveLaunch::Kill;
    const ProcessSpec &spec = m_context.spec;
    if (launch.isKilled()) {
        m_state.cause = event.stuck;
        if (std::exchange(launch.kill, Kill::InVain) != Kill::InVain)
            record(RecordType::Unkillable);
    } else if (in<stage::Stopping>()) {
        launch.fault = cause::StopOverdue{.after = spec.stop.timeout, .asked = launch.extension};
    } else {
        launch.fault = cause::NotReady{.after = spec.ready.timeout,
            .asked = launch.extension,
            .probe = readyModeName(spec.ready.mode),
            .detail = event.missing};
    }
    kill(launch);
}

void Step::becomeRunning(const LiveLaunch &launch)
{
    m_state.current = stage::Running{.launch = launch};
    in<stage::Running>()->launch.runningSince = m_context.now;
    act(Action::Kind::CancelTimer);
    record(RecordType::Ready);
}

/// What it said itself explains it best; then why it was asked to end, where it did as it was
/// asked.
Cause Step::whyEnded(const LiveLaunch &launch, const ExitReport &report, const Cause &how)
{
    const auto *stopping = in<stage::Stopping>();
    const std::optional<Cause> why = stopping ? stopping->why : std::nullopt;
    if (why && stopping->sequel == Sequel::Failure)
        return *why;
    if (launch.fault)
        return *launch.fault;
    const bool didAsAsked
        = report.signal.isEmpty() || report.signal == signalName(m_context.spec.stop.signal);
    return why && (didAsAsked || stopping->sequel == Sequel::Renewal) ? *why : how;
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
    if (!m_state.launch())
        return;
    const LiveLaunch launch = *m_state.launch();
    auto *stopping = in<stage::Stopping>();
    const bool wasAsked = stopping != nullptr;
    m_state.cause = whyEnded(launch, report, how);
    m_state.lastExit = report;
    m_state.lastExit->cause = m_state.cause;
    remember(*m_state.lastExit);
    if (m_state.isReady())
        record(RecordType::Unready);
    // The time to stop is that of the whole launch: what is left of one that was asked has the
    // rest of it.
    const Remains remains{.killed = launch.isKilled(),
        .extension = wasAsked ? launch.extension : std::chrono::milliseconds(0)};
    if (stopping && stopping->sequel == Sequel::Failure) {
        endedUnasked(launch, remains, {}); // however it ended: having used too much is no success
    } else if (stopping) {
        stopping->what = remains;
        record(RecordType::Exit);
    } else if (launch.fault && launch.fault->is<cause::Configuration>()) {
        fail(remains); // whatever the policy: the next launch would end in the same way
    } else {
        endedUnasked(launch, remains, report);
    }
    endLeftovers(remains, wasAsked);
}

void Step::fail(const Remains &remains)
{
    m_state.current = stage::Failed{remains};
    record(RecordType::Exit);
    record(RecordType::Failed);
}

void Step::endLeftovers(const Remains &remains, bool wasAsked)
{
    if (!wasAsked)
        arm(m_context.spec.stop.leftovers);
    m_actions.append({.kind = Action::Kind::ClearLeftovers, .asked = wasAsked});
    if (wasAsked && remains.killed)
        act(Action::Kind::KillLeftovers);
}

void Step::endedUnasked(const LiveLaunch &launch, const Remains &remains, const ExitReport &report)
{
    if (m_isToBeTriedAgain)
        return restartAfterDelay(launch, remains);
    switch (decideRestart(m_context.spec.restart, report)) {
    case RestartDecision::Restart:
        return restartAfterDelay(launch, remains);
    case RestartDecision::Done:
        m_state.current = stage::Done{remains};
        return record(RecordType::Exit);
    case RestartDecision::Failed:
        return fail(remains);
    }
}

void Step::restartAfterDelay(const LiveLaunch &launch, const Remains &remains)
{
    const RestartSpec &spec = m_context.spec.restart;
    // One that never became ready has failed to start, however long it took.
    if (launch.runningSince && m_context.now - *launch.runningSince >= spec.resetAfter)
        m_state.failures = 0;
    if (spec.maxRestarts) {
        if (m_state.recentRestarts.count(m_context.now, spec.window) >= *spec.maxRestarts) {
            m_state.cause = cause::GaveUp{
                .restarts = *spec.maxRestarts, .window = spec.window, .because = m_state.cause};
            return fail(remains);
        }
        m_state.recentRestarts.add(m_context.now, *spec.maxRestarts);
    }
    const auto delay = restartDelay(spec, m_state.failures, m_context.random);
    m_state.failures = std::min(m_state.failures + 1, 1000); // far beyond any cap
    m_state.current = stage::Backoff{.remains = remains, .until = m_context.now + delay};
    record(RecordType::Exit);
    if (delay > 0ms)
        record(RecordType::Backoff);
}

} // namespace semper
