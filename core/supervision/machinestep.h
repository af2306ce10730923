// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "supervision/processmachine.h"

#include <QList>
#include <QString>

#include <chrono>
#include <utility>

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
    [[nodiscard]] bool isAlive() const;
    void forgetFailures();
    void launch();
    void waitForBlocker();
    void launchWhenCleared();
    void rest();
    void overlap();
    void replace();
    void queue();
    void askToStop();
    void kill();
    void killOverdue(const happening::TimerElapsed &event);
    void cancelBackoff();
    void endLeftovers(bool wasAsked);
    void limitLeftovers();
    void ended(const ExitReport &report, const Cause &how);
    void fail();
    void remember(const ExitReport &end);
    [[nodiscard]] Cause whyEnded(const ExitReport &report, const Cause &how);
    void endedUnasked(const ExitReport &report);
    void restartAfterDelay();
    void becomeRunning();
    void setReady(bool ready);

    MachineState m_state;
    const StepContext &m_context;
    QList<Action> m_actions;
    bool m_isToBeTriedAgain = false; ///< whatever the policy
};

} // namespace semper
