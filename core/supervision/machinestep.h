// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "supervision/processmachine.h"

#include <QList>

#include <chrono>
#include <utility>
#include <variant>

namespace semper {

/// One step of a process's life, under way. Each overload of on() is a row of the table happening x
/// phase (processmachine.cpp); the other functions are what the rows are made of.
class Step
{
public:
    Step(MachineState state, const StepContext &context)
        : m_state(std::move(state))
        , m_context(context)
    { }

    void on(const happening::Start &);
    void on(const happening::Stop &event);
    void on(const happening::Restart &event);
    void on(const happening::Reset &);
    void on(const happening::Kill &);
    void on(const happening::TurnCame &);
    void on(const happening::Launched &);
    void on(const happening::LaunchFailed &event)
    {
        m_isToBeTriedAgain = event.passes;
        ended(event.report, event.why);
    }
    void on(const happening::Exited &event)
    {
        const ExitReport &report = event.report;
        ended(report, Cause::ofExit(report.code, report.signal, report.coreDumped));
    }
    void on(const happening::LeftBehind &event);
    void on(const happening::Cleared &);
    void on(const happening::TimerElapsed &event);
    void on(const happening::ReadyChanged &event);
    void on(const happening::FaultReported &event);
    void on(const happening::Recycle &event);
    void on(const happening::Hung &event);
    void on(const happening::BlockerChanged &);
    void on(const happening::TimeAsked &event);
    void on(const happening::Excess &event);
    void on(const happening::Stalled &);
    void on(const happening::WorkedAgain &);
    // Of processes with a schedule (machineschedule.cpp).
    void on(const happening::AwaitSchedule &);
    void on(const happening::Due &);

    [[nodiscard]] StepResult take() { return {std::move(m_state), std::move(m_actions)}; }

private:
    using Sequel = stage::Stopping::Sequel;

    void act(Action::Kind kind) { m_actions.append({.kind = kind}); }
    void arm(std::chrono::milliseconds delay)
    {
        m_actions.append({.kind = Action::Kind::ArmTimer, .delay = delay});
    }
    void record(RecordType type)
    {
        m_actions.append({.kind = Action::Kind::Record, .record = type});
    }
    /// Its data; null in any other phase.
    template <typename Stage>
    [[nodiscard]] Stage *in()
    {
        return std::get_if<Stage>(&m_state.current);
    }
    /// That may be asked to end, or killed: it was neither; null where there is none.
    [[nodiscard]] LiveLaunch *unharmed();
    void forgetFailures();
    void launch(const stage::Waiting &next);
    void waitForBlocker(const stage::Waiting &next);
    void launchWhenCleared();
    void endBackoff(const stage::Backoff &backoff);
    void stopped();
    void followStop(const stage::Stopping &over);
    void rest();
    void overlap();
    void replace();
    void queue();
    void askToStop(Sequel sequel, const Cause &why);
    void kill(LiveLaunch &launch);
    void killOverdue(LiveLaunch &launch, const happening::TimerElapsed &event);
    void cancelBackoff();
    void ended(const ExitReport &report, const Cause &how);
    void endLeftovers(const Remains &remains, bool wasAsked);
    void fail(const Remains &remains);
    void remember(const ExitReport &end);
    [[nodiscard]] Cause whyEnded(
        const LiveLaunch &launch, const ExitReport &report, const Cause &how);
    void endedUnasked(const LiveLaunch &launch, const Remains &remains, const ExitReport &report);
    void restartAfterDelay(const LiveLaunch &launch, const Remains &remains);
    void becomeRunning(const LiveLaunch &launch);

    MachineState m_state;
    const StepContext &m_context;
    QList<Action> m_actions;
    bool m_isToBeTriedAgain = false; ///< whatever the policy
};

} // namespace semper
