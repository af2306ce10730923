// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/conditionlook.h"

#include <QtGlobal>

namespace semper {

ConditionLook lookOf(Condition condition)
{
    const QLatin1StringView red("31");
    const QLatin1StringView green("32");
    const QLatin1StringView yellow("33");
    const QLatin1StringView grey("90");
    switch (condition) {
    case Condition::Running:
        return {u'\u25CF', green};
    case Condition::NotReady:
    case Condition::Flapping:
        return {u'\u25CF', yellow};
    case Condition::Hung:
    case Condition::Stalled:
        return {u'\u25CF', red};
    case Condition::Starting:
        return {u'\u25D0', yellow};
    case Condition::Backoff:
        return {u'\u21BB', yellow};
    case Condition::CrashLoop:
        return {u'\u21BB', red};
    case Condition::Waiting:
        return {u'\u25CC', yellow};
    case Condition::Blocked:
        return {u'\u25CC', red};
    case Condition::Scheduled:
        return {u'\u25CC', grey};
    case Condition::Stopping:
        return {u'\u25D1', yellow};
    case Condition::Unkillable:
    case Condition::Failed:
        return {u'\u2717', red};
    case Condition::Done:
        return {u'\u2713', grey};
    case Condition::Stopped:
    case Condition::Disabled:
        return {u'\u25CB', grey};
    }
    Q_UNREACHABLE();
}

int urgencyOf(Condition condition)
{
    switch (condition) {
    case Condition::Failed:
        return 0;
    case Condition::Unkillable:
    case Condition::Hung:
    case Condition::Stalled:
        return 1;
    case Condition::CrashLoop:
    case Condition::Backoff:
        return 2;
    case Condition::NotReady:
    case Condition::Blocked:
    case Condition::Flapping:
        return 3;
    case Condition::Running:
    case Condition::Starting:
    case Condition::Waiting:
    case Condition::Scheduled:
    case Condition::Stopping:
    case Condition::Done:
    case Condition::Stopped:
    case Condition::Disabled:
        return 4;
    }
    Q_UNREACHABLE();
}

QString conditionWord(Condition condition)
{
    return QString(conditionName(condition)).replace(u'_', u' ');
}

} // namespace semper
