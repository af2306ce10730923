// SPDX-License-Identifier: LGPL-3.0-or-later
// Of the state machine: the rows for processes that run by a schedule.
#include "supervision/machinestep.h"

namespace semper {

void Step::on(const happening::AwaitSchedule &)
{
    switch (m_state.phase) {
    case ProcessPhase::Stopped:
        m_state.wanted = Wanted::Up;
        rest();
        break;
    case ProcessPhase::Stopping: // once the old launch is gone
        if (m_state.wanted == Wanted::Down)
            m_state.resting = true;
        m_state.wanted = Wanted::Up;
        break;
    case ProcessPhase::Waiting:
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
    case ProcessPhase::Backoff:
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        m_state.wanted = Wanted::Up;
        break;
    }
}

void Step::on(const happening::Due &)
{
    if (m_state.wanted == Wanted::Down)
        return; // whoever stopped it suspended its schedule
    switch (m_state.phase) {
    case ProcessPhase::Waiting:
        if (!m_state.resting)
            return overlap();
        [[fallthrough]];
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        forgetFailures();
        launchWhenCleared();
        break;
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
    case ProcessPhase::Backoff:
    case ProcessPhase::Stopping:
        overlap();
        break;
    case ProcessPhase::Stopped:
        break;
    }
}

void Step::rest()
{
    enter(ProcessPhase::Waiting);
    m_state.resting = true;
    m_state.cause = cause::Scheduled{};
    record(RecordType::Waiting);
}

/// It is due, and the run before is not over.
void Step::overlap()
{
    // A run that waits for others, or for an old launch to end, has yet to begin: that is the one.
    const bool yetToBegin = m_state.phase == ProcessPhase::Waiting || m_state.asked
        || (m_state.phase == ProcessPhase::Stopping && !m_state.excess);
    const bool mayReplace = m_context.spec.overlap == Overlap::Kill;
    if (yetToBegin || (m_state.queued && !mayReplace))
        return record(RecordType::Skipped);
    switch (m_context.spec.overlap) {
    case Overlap::Skip:
        return record(RecordType::Skipped);
    case Overlap::Queue:
        return queue();
    case Overlap::Kill:
        return replace();
    }
    Q_UNREACHABLE();
}

void Step::queue()
{
    m_state.queued = true;
    record(RecordType::Queued);
}

void Step::replace()
{
    if (m_state.killed || m_state.phase == ProcessPhase::Stopping)
        return queue(); // it is about to end anyway, as a failure
    m_state.queued = false; // this is that run
    record(RecordType::Replaced);
    forgetFailures();
    if (m_state.phase == ProcessPhase::Backoff) {
        cancelBackoff();
        return launchWhenCleared();
    }
    m_state.wish = cause::Replaced{};
    askToStop();
}

} // namespace semper
