// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/severity.h"

#include <QCoreApplication>

namespace semper::dashboard {

namespace {

class Words
{
    Q_DECLARE_TR_FUNCTIONS(Severity)
};

} // namespace

Severity severityOf(Condition condition)
{
    switch (condition) {
    case Condition::Failed:
    case Condition::Backoff:
    case Condition::CrashLoop:
    case Condition::Unkillable:
        return Severity::Failing;
    case Condition::NotReady:
    case Condition::Hung:
    case Condition::Stalled:
    case Condition::Flapping:
    case Condition::Blocked:
        return Severity::Degraded;
    case Condition::Starting:
    case Condition::Waiting:
        return Severity::Starting;
    case Condition::Running:
        return Severity::Running;
    case Condition::Scheduled:
    case Condition::Stopping:
    case Condition::Done:
    case Condition::Stopped:
    case Condition::Disabled:
        return Severity::Stopped;
    }
    Q_UNREACHABLE();
}

QString severityName(Severity severity)
{
    switch (severity) {
    case Severity::Failing:
        return Words::tr("Failing");
    case Severity::Degraded:
        return Words::tr("Degraded");
    case Severity::Starting:
        return Words::tr("Starting");
    case Severity::Running:
        return Words::tr("Running");
    case Severity::Stopped:
        return Words::tr("Stopped");
    }
    Q_UNREACHABLE();
}

QString conditionLabel(Condition condition)
{
    switch (condition) {
    case Condition::Running:
        return Words::tr("Running");
    case Condition::Starting:
        return Words::tr("Starting");
    case Condition::NotReady:
        return Words::tr("Not ready");
    case Condition::Hung:
        return Words::tr("Hung");
    case Condition::Stalled:
        return Words::tr("Stalled");
    case Condition::Flapping:
        return Words::tr("Flapping");
    case Condition::CrashLoop:
        return Words::tr("Crash loop");
    case Condition::Backoff:
        return Words::tr("Backing off");
    case Condition::Waiting:
        return Words::tr("Waiting");
    case Condition::Blocked:
        return Words::tr("Blocked");
    case Condition::Scheduled:
        return Words::tr("Scheduled");
    case Condition::Stopping:
        return Words::tr("Stopping");
    case Condition::Unkillable:
        return Words::tr("Unkillable");
    case Condition::Failed:
        return Words::tr("Failed");
    case Condition::Done:
        return Words::tr("Done");
    case Condition::Stopped:
        return Words::tr("Stopped");
    case Condition::Disabled:
        return Words::tr("Disabled");
    }
    Q_UNREACHABLE();
}

} // namespace semper::dashboard
