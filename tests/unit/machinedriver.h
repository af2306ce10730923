// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervision/processmachine.h"

#include <QList>

#include <chrono>
#include <optional>
#include <utility>

namespace semper::test {

using Kind = Action::Kind;

inline Cause said(const QString &what)
{
    return cause::Fault{.what = what};
}

/// A machine with a clock of its own, fed by hand.
class MachineDriver
{
public:
    explicit MachineDriver(ProcessSpec spec = {})
        : m_spec(std::move(spec))
    {
        m_spec.restart.jitterRatio = 0;
        if (m_spec.className.isEmpty())
            m_spec.command = QStringList{QStringLiteral("it")};
    }

    /// Returns the kinds of the actions, without what is only recorded.
    QList<Kind> feed(const Happening &happening)
    {
        StepResult result
            = step(state, happening, {.spec = m_spec, .now = now, .blocker = blocker});
        state = result.state;
        QList<Kind> kinds;
        for (const Action &action : result.actions) {
            if (action.kind == Kind::Record)
                records.append(action.record);
            else
                kinds.append(action.kind);
            if (action.kind == Kind::ArmTimer || action.kind == Kind::ExtendTimer
                || action.kind == Kind::LimitTimer)
                timer = action.delay;
            if (action.kind == Kind::ClearLeftovers)
                wasAsked = action.asked;
        }
        return kinds;
    }

    void bringUp()
    {
        feed(happening::Start{});
        feed(happening::Launched{});
    }

    QList<Kind> exit(int code, std::chrono::milliseconds uptime = {})
    {
        now += uptime;
        return feed(happening::Exited{{.code = code, .uptime = uptime}});
    }

    /// Ends it as often as asked, each time at once, and returns the delays that followed.
    QList<qint64> delaysOfDeaths(int times)
    {
        QList<qint64> delays;
        for (int i = 0; i < times; ++i) {
            exit(1);
            delays.append(
                std::chrono::duration_cast<std::chrono::milliseconds>(*state.nextStartAt() - now)
                    .count());
            now = *state.nextStartAt();
            feed(happening::Cleared{});
            feed(happening::Launched{});
        }
        return delays;
    }

    MachineState state;
    Instant now{std::chrono::hours(1)};
    QList<RecordType> records;
    std::chrono::milliseconds timer{0};
    bool wasAsked = false; ///< to end, before it did
    std::optional<Cause> blocker;

private:
    ProcessSpec m_spec;
};

} // namespace semper::test
