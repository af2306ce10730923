// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/condition.h"

#include "protocol/processstatus.h"

#include <QtGlobal>

namespace semper {

namespace {

Condition whileRunning(const ProcessStatus &status)
{
    if (status.alive == false)
        return Condition::Hung;
    if (status.stalled)
        return Condition::Stalled;
    if (status.restartsIn10Minutes >= manyRestarts && status.uptime < longEnoughUp)
        return Condition::CrashLoop;
    if (!status.ready)
        return Condition::NotReady;
    return status.restartsInAnHour >= manyRestarts ? Condition::Flapping : Condition::Running;
}

Condition whileWaiting(const ProcessStatus &status)
{
    if (!status.cause)
        return Condition::Waiting;
    if (const auto *scheduled = status.cause->as<cause::Scheduled>())
        return scheduled->nextStartAt.isValid() ? Condition::Scheduled : Condition::Blocked;
    const auto *waiting = status.cause->as<cause::Waiting>();
    const bool isBlocked = waiting
        && (!waiting->state || waiting->state == ProcessPhase::Failed
            || waiting->state == ProcessPhase::Stopped);
    return isBlocked ? Condition::Blocked : Condition::Waiting;
}

} // namespace

Condition conditionOf(const ProcessStatus &status)
{
    const bool loops = status.restartsIn10Minutes >= manyRestarts;
    switch (status.state) {
    case ProcessPhase::Running:
        return status.isUnkillable() ? Condition::Unkillable : whileRunning(status);
    case ProcessPhase::Starting:
        return loops ? Condition::CrashLoop : Condition::Starting;
    case ProcessPhase::Backoff:
        return loops ? Condition::CrashLoop : Condition::Backoff;
    case ProcessPhase::Waiting:
        return whileWaiting(status);
    case ProcessPhase::Stopping:
        return status.isUnkillable() ? Condition::Unkillable : Condition::Stopping;
    case ProcessPhase::Failed:
        return Condition::Failed;
    case ProcessPhase::Done:
        return status.nextStartAt.isValid() ? Condition::Scheduled : Condition::Done;
    case ProcessPhase::Stopped:
        return status.cause && status.cause->is<cause::Disabled>() ? Condition::Disabled
                                                                   : Condition::Stopped;
    }
    Q_UNREACHABLE();
}

QLatin1StringView conditionName(Condition condition)
{
    switch (condition) {
    case Condition::Running:
        return QLatin1StringView("running");
    case Condition::Starting:
        return QLatin1StringView("starting");
    case Condition::NotReady:
        return QLatin1StringView("not_ready");
    case Condition::Hung:
        return QLatin1StringView("hung");
    case Condition::Stalled:
        return QLatin1StringView("stalled");
    case Condition::Flapping:
        return QLatin1StringView("flapping");
    case Condition::CrashLoop:
        return QLatin1StringView("crash_loop");
    case Condition::Backoff:
        return QLatin1StringView("backoff");
    case Condition::Waiting:
        return QLatin1StringView("waiting");
    case Condition::Blocked:
        return QLatin1StringView("blocked");
    case Condition::Scheduled:
        return QLatin1StringView("scheduled");
    case Condition::Stopping:
        return QLatin1StringView("stopping");
    case Condition::Unkillable:
        return QLatin1StringView("unkillable");
    case Condition::Failed:
        return QLatin1StringView("failed");
    case Condition::Done:
        return QLatin1StringView("done");
    case Condition::Stopped:
        return QLatin1StringView("stopped");
    case Condition::Disabled:
        return QLatin1StringView("disabled");
    }
    Q_UNREACHABLE();
}

} // namespace semper
