// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/condition.h"

#include <QCoreApplication>

namespace semper::dashboard {

namespace {

class Words
{
    Q_DECLARE_TR_FUNCTIONS(Condition)
};

bool isHung(const ProcessStatus &status)
{
    return status.alive.has_value() && !*status.alive;
}

} // namespace

Condition conditionOf(const ProcessStatus &status, bool crashLooping)
{
    if (status.isUnkillable())
        return Condition::Failing;
    switch (status.state) {
    case ProcessPhase::Failed:
    case ProcessPhase::Backoff:
        return Condition::Failing;
    case ProcessPhase::Starting:
        return crashLooping ? Condition::Failing : Condition::Starting;
    case ProcessPhase::Waiting:
        return Condition::Starting;
    case ProcessPhase::Running:
        if (crashLooping)
            return Condition::Failing;
        return status.ready && !isHung(status) ? Condition::Running : Condition::Degraded;
    case ProcessPhase::Stopping:
    case ProcessPhase::Stopped:
    case ProcessPhase::Done:
        return Condition::Stopped;
    }
    Q_UNREACHABLE();
}

QString conditionName(Condition condition)
{
    switch (condition) {
    case Condition::Failing:
        return Words::tr("Failing");
    case Condition::Degraded:
        return Words::tr("Degraded");
    case Condition::Starting:
        return Words::tr("Starting");
    case Condition::Running:
        return Words::tr("Running");
    case Condition::Stopped:
        return Words::tr("Stopped");
    }
    Q_UNREACHABLE();
}

QString stateLabel(const ProcessStatus &status, bool crashLooping)
{
    if (status.isUnkillable())
        return Words::tr("Unkillable");
    switch (status.state) {
    case ProcessPhase::Failed:
        return Words::tr("Failed");
    case ProcessPhase::Backoff:
        return crashLooping ? Words::tr("Crash loop") : Words::tr("Backing off");
    case ProcessPhase::Starting:
        return crashLooping ? Words::tr("Crash loop") : Words::tr("Starting");
    case ProcessPhase::Waiting:
        return Words::tr("Waiting");
    case ProcessPhase::Running:
        if (crashLooping)
            return Words::tr("Crash loop");
        if (isHung(status))
            return Words::tr("Hung");
        return status.ready ? Words::tr("Running") : Words::tr("Not ready");
    case ProcessPhase::Stopping:
        return Words::tr("Stopping");
    case ProcessPhase::Stopped:
        return Words::tr("Stopped");
    case ProcessPhase::Done:
        return Words::tr("Done");
    }
    Q_UNREACHABLE();
}

} // namespace semper::dashboard
