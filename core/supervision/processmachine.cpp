// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/processmachine.h"

#include "supervision/restartpolicy.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

// After SIGKILL only a process in uninterruptible sleep lives on; it is told, then waited for.
constexpr auto patienceAfterKill = 2000ms;

/// One step. Each overload of on() is a row of the table happening x phase.
class Step
{
public:
    Step(MachineState state, const StepContext &context)
        : m_state(std::move(state))
        , m_context(context)
    { }

    void on(const happening::Start &);
    void on(const happening::Stop &);
    void on(const happening::Restart &);
    void on(const happening::Reset &);
    void on(const happening::Kill &);
    void on(const happening::Launched &);
    void on(const happening::LaunchFailed &event) { ended(event.report, event.cause); }
    void on(const happening::Exited &event) { ended(event.report, event.report.describe()); }
    void on(const happening::Cleared &);
    void on(const happening::TimerElapsed &);
    void on(const happening::ReadyChanged &event);
    void on(const happening::FaultReported &event);

    StepResult take() { return {std::move(m_state), std::move(m_actions)}; }

private:
    void act(Action::Kind kind) { m_actions.append({.kind = kind}); }
    void arm(std::chrono::milliseconds delay)
    {
        m_actions.append({.kind = Action::Kind::ArmTimer, .delay = delay});
    }
    void record(RecordType type)
    {
        m_actions.append({.kind = Action::Kind::Record, .record = type});
    }
    void enter(ProcessPhase phase);
    void forgetFailures();
    void launch();
    void launchWhenCleared();
    void askToStop();
    void kill();
    void ended(const ExitReport &report, const QString &cause);
    void endedUnasked(const ExitReport &report);
    void restartAfterDelay();
    void becomeRunning();
    void setReady(bool ready);

    MachineState m_state;
    const StepContext &m_context;
    QList<Action> m_actions;
};

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

void Step::launch()
{
    // Why the last launch ended stays to be seen while the next one runs.
    if (std::exchange(m_state.asked, false))
        m_state.reason.clear();
    else
        ++m_state.restarts;
    enter(ProcessPhase::Starting);
    m_state.fault.clear();
    m_state.greeted = false;
    m_state.killed = false;
    arm(m_context.spec.ready.timeout);
    act(Action::Kind::Launch);
}

void Step::launchWhenCleared()
{
    m_state.asked = true;
    if (!m_state.clearing)
        return launch();
    enter(ProcessPhase::Backoff);
    m_state.nextStartAt = m_context.now;
}

void Step::askToStop()
{
    enter(ProcessPhase::Stopping);
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

void Step::setReady(bool ready)
{
    if (std::exchange(m_state.ready, ready) != ready)
        record(ready ? RecordType::Ready : RecordType::Unready);
}

void Step::on(const happening::Start &)
{
    m_state.wanted = Wanted::Up;
    switch (m_state.phase) {
    case ProcessPhase::Backoff:
        act(Action::Kind::CancelTimer);
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
        forgetFailures(); // launched again as soon as the old one is gone
        break;
    }
}

void Step::on(const happening::Stop &)
{
    m_state.wanted = Wanted::Down;
    switch (m_state.phase) {
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
        askToStop();
        break;
    case ProcessPhase::Waiting:
    case ProcessPhase::Backoff:
        act(Action::Kind::CancelTimer);
        [[fallthrough]];
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        enter(m_state.clearing ? ProcessPhase::Stopping : ProcessPhase::Stopped);
        if (!m_state.clearing)
            record(RecordType::Stop);
        break;
    case ProcessPhase::Stopped:
    case ProcessPhase::Stopping:
        break;
    }
}

void Step::on(const happening::Restart &)
{
    const bool alive
        = m_state.phase == ProcessPhase::Starting || m_state.phase == ProcessPhase::Running;
    if (!alive)
        return on(happening::Start{});
    m_state.wanted = Wanted::Up;
    forgetFailures();
    askToStop();
}

void Step::on(const happening::Reset &)
{
    m_state.restarts = 0;
    forgetFailures();
    if (m_state.phase == ProcessPhase::Backoff) {
        act(Action::Kind::CancelTimer);
        launchWhenCleared();
    }
}

void Step::on(const happening::Kill &)
{
    on(happening::Stop{});
    if (m_state.phase != ProcessPhase::Stopping || m_state.clearing || m_state.killed)
        return;
    m_state.fault = u"killed by the server"_s;
    kill();
}

void Step::on(const happening::Launched &)
{
    m_state.launchedAt = m_context.now;
    record(RecordType::Start);
    // A command has started once it is executed, a class once its run() begins.
    if (m_state.phase == ProcessPhase::Starting && (m_context.spec.isCommand() || m_state.greeted))
        becomeRunning();
}

void Step::becomeRunning()
{
    enter(ProcessPhase::Running);
    act(Action::Kind::CancelTimer);
    setReady(true);
}

void Step::ended(const ExitReport &report, const QString &cause)
{
    m_state.launchedAt.reset();
    m_state.lastExit = report;
    m_state.reason = m_state.fault.isEmpty() ? cause : std::exchange(m_state.fault, {});
    m_state.clearing = true;
    act(Action::Kind::CancelTimer);
    setReady(false);
    if (m_state.phase == ProcessPhase::Stopping) {
        record(RecordType::Exit);
    } else {
        endedUnasked(report);
    }
    act(Action::Kind::ClearLeftovers);
}

void Step::endedUnasked(const ExitReport &report)
{
    switch (decideRestart(m_context.spec.restart.policy, report)) {
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
    if (m_state.lastExit->uptime >= spec.resetAfter)
        m_state.failures = 0;
    if (spec.maxRestarts) {
        if (m_state.recentRestarts.count(m_context.now, spec.window) >= *spec.maxRestarts) {
            enter(ProcessPhase::Failed);
            m_state.reason += u" (more than %1 restarts in %2 ms)"_s.arg(*spec.maxRestarts)
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

void Step::on(const happening::Cleared &)
{
    m_state.clearing = false;
    switch (m_state.phase) {
    case ProcessPhase::Backoff:
        if (*m_state.nextStartAt > m_context.now)
            arm(std::chrono::ceil<std::chrono::milliseconds>(*m_state.nextStartAt - m_context.now));
        else
            launch();
        break;
    case ProcessPhase::Stopping:
        if (m_state.wanted == Wanted::Up)
            return launchWhenCleared();
        enter(ProcessPhase::Stopped);
        record(RecordType::Stop);
        break;
    case ProcessPhase::Stopped:
    case ProcessPhase::Waiting:
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        break;
    }
}

void Step::on(const happening::TimerElapsed &)
{
    switch (m_state.phase) {
    case ProcessPhase::Starting:
        m_state.fault = u"not ready within %1 ms"_s.arg(m_context.spec.ready.timeout.count());
        kill();
        break;
    case ProcessPhase::Backoff:
        launch();
        break;
    case ProcessPhase::Stopping:
        if (m_state.killed)
            m_state.reason = u"cannot be killed: in uninterruptible sleep"_s;
        else
            m_state.fault
                = u"killed: did not stop within %1 ms"_s.arg(m_context.spec.stop.timeout.count());
        kill();
        break;
    case ProcessPhase::Stopped:
    case ProcessPhase::Waiting:
    case ProcessPhase::Running:
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        break;
    }
}

void Step::on(const happening::ReadyChanged &event)
{
    if (m_state.phase == ProcessPhase::Running) {
        setReady(event.ready);
    } else if (m_state.phase == ProcessPhase::Starting && event.ready) {
        m_state.greeted = true;
        if (m_state.launchedAt && !m_context.spec.isCommand())
            becomeRunning();
    }
}

void Step::on(const happening::FaultReported &event)
{
    const bool alive = m_state.phase == ProcessPhase::Starting
        || m_state.phase == ProcessPhase::Running || m_state.phase == ProcessPhase::Stopping;
    if (alive && !m_state.killed)
        m_state.fault = event.what;
}

} // namespace

StepResult step(MachineState state, const Happening &happening, const StepContext &context)
{
    Step step(std::move(state), context);
    std::visit([&step](const auto &event) { step.on(event); }, happening);
    return step.take();
}

} // namespace semper
