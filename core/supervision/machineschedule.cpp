// SPDX-License-Identifier: LGPL-3.0-or-later
// Of the state machine: the rows for processes that run by a schedule.
#include "supervision/machinestep.h"

namespace semper {

void Step::on(const happening::AwaitSchedule &)
{
    if (in<stage::Stopped>())
        rest();
    else if (auto *stopping = in<stage::Stopping>(); stopping && stopping->sequel == Sequel::Down)
        stopping->sequel = Sequel::Rest; // once the old launch is gone
}

void Step::on(const happening::Due &)
{
    if (m_state.wanted() == Wanted::Down)
        return; // whoever stopped it suspended its schedule
    if (!in<stage::Resting>() && !in<stage::Failed>() && !in<stage::Done>())
        return overlap();
    forgetFailures();
    launchWhenCleared();
}

void Step::rest()
{
    m_state.current = stage::Resting{};
    m_state.cause = cause::Scheduled{};
    record(RecordType::Waiting);
}

/// It is due, and the run before is not over.
void Step::overlap()
{
    // A run that waits for others, or for an old launch to end, has yet to begin: that is the one.
    const auto *backoff = in<stage::Backoff>();
    const auto *stopping = in<stage::Stopping>();
    const bool yetToBegin = in<stage::Waiting>() || (backoff && backoff->asked)
        || (stopping && stopping->sequel != Sequel::Failure);
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
    const bool isInBackoff = in<stage::Backoff>() != nullptr;
    if (!isInBackoff && !unharmed())
        return queue(); // it is about to end anyway, as a failure
    m_state.queued = false; // this is that run
    record(RecordType::Replaced);
    forgetFailures();
    if (!isInBackoff)
        return askToStop(Sequel::Renewal, cause::Replaced{});
    cancelBackoff();
    launchWhenCleared();
}

} // namespace semper
