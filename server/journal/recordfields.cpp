// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/recordfields.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QString decisionOf(const ProcessStatus &status)
{
    switch (status.state) {
    case ProcessPhase::Failed:
        return u"failed"_s;
    case ProcessPhase::Done:
        return u"done"_s;
    case ProcessPhase::Backoff:
    case ProcessPhase::Waiting:
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
        return u"restart"_s;
    case ProcessPhase::Stopping:
    case ProcessPhase::Stopped:
        return status.wanted == Wanted::Up ? u"restart"_s : u"stop"_s;
    }
    Q_UNREACHABLE();
}

void insertNextRun(const ProcessStatus &status, QJsonObject &fields)
{
    if (status.nextStartAt.isValid())
        fields.insert(keys::nextStartAt, wireTime(status.nextStartAt));
}

void insertCause(const ProcessStatus &status, QJsonObject &fields)
{
    fields.insert(keys::reason, status.reason);
    fields.insert(keys::cause, status.cause ? QJsonValue(status.cause->toJson()) : QJsonValue());
}

/// "exited with code 0 (stopped by uid 1000)"
QString exitText(const ProcessStatus &status)
{
    if (!status.lastExit)
        return status.reason;
    const ExitReport &exit = *status.lastExit;
    if (!exit.cause || !exit.cause->is<cause::Commanded>())
        return status.state == ProcessPhase::Failed ? exit.describe() : status.reason;
    return u"%1 (%2)"_s.arg(
        describe(Cause::ofExit(exit.code, exit.signal, exit.coreDumped)), exit.describe());
}

RecordFields waitingFields(const ProcessStatus &status, QJsonObject fields)
{
    insertCause(status, fields);
    insertNextRun(status, fields);
    return {QLatin1StringView("waiting"), fields, status.reason};
}

RecordFields overlapFields(QLatin1StringView type, const QString &what, QJsonObject fields)
{
    const QString reason = u"its run before is not over"_s;
    fields.insert(keys::reason, reason);
    return {type, fields, u"%1: %2"_s.arg(what, reason)};
}

RecordFields exitFields(const ProcessStatus &status, QJsonObject fields)
{
    const QString decision = decisionOf(status);
    fields.insert(keys::lastExit, status.lastExit ? status.lastExit->toJson() : QJsonObject());
    fields.insert(keys::decision, decision);
    insertCause(status, fields);
    if (status.state != ProcessPhase::Backoff)
        insertNextRun(status, fields);
    // That it has failed is told next, in a line of its own, with the reason.
    const QString text = status.state == ProcessPhase::Failed
        ? exitText(status)
        : u"%1; %2"_s.arg(exitText(status), decision);
    return {QLatin1StringView("exit"), fields, text};
}

RecordFields backoffFields(const ProcessStatus &status, const QDateTime &now, QJsonObject fields)
{
    const qint64 delay = std::max<qint64>(0, now.msecsTo(status.nextStartAt));
    fields.insert(keys::delayMs, delay);
    fields.insert(keys::nextStartAt, wireTimeOrNull(status.nextStartAt));
    insertCause(status, fields);
    return {QLatin1StringView("backoff"), fields, u"next start in %1 ms"_s.arg(delay)};
}

} // namespace

RecordFields recordFields(RecordType type, const ProcessStatus &status, const QDateTime &now)
{
    QJsonObject fields{{keys::process, status.name}, {keys::instance, status.instance}};
    switch (type) {
    case RecordType::Waiting:
        return waitingFields(status, fields);
    case RecordType::Start:
        fields.insert(keys::pid, status.pid.value_or(0));
        return {
            QLatin1StringView("start"), fields, u"started, pid %1"_s.arg(status.pid.value_or(0))};
    case RecordType::Ready:
        return {QLatin1StringView("ready"), fields, u"ready"_s};
    case RecordType::Unready:
        fields.insert(keys::state, phaseName(status.state));
        return {QLatin1StringView("unready"), fields, u"not ready"_s};
    case RecordType::Stalled:
        insertCause(status, fields);
        return {QLatin1StringView("stalled"), fields, status.reason, QtWarningMsg};
    case RecordType::Working:
        return {QLatin1StringView("working"), fields, u"works again"_s};
    case RecordType::Exit:
        return exitFields(status, fields);
    case RecordType::Backoff:
        return backoffFields(status, now, fields);
    case RecordType::Failed:
        insertCause(status, fields);
        return {
            QLatin1StringView("failed"), fields, u"failed: %1"_s.arg(status.reason), QtCriticalMsg};
    case RecordType::Unkillable:
        fields.insert(keys::pid, status.pid.value_or(0));
        insertCause(status, fields);
        return {QLatin1StringView("unkillable"), fields,
            u"pid %1 %2"_s.arg(status.pid.value_or(0)).arg(status.reason), QtCriticalMsg};
    case RecordType::Stop:
        return {QLatin1StringView("stop"), fields, u"stopped"_s};
    case RecordType::Skipped:
        return overlapFields(QLatin1StringView("skipped"), u"left out a run"_s, fields);
    case RecordType::Queued:
        return overlapFields(QLatin1StringView("queued"), u"another run follows"_s, fields);
    case RecordType::Replaced:
        return overlapFields(QLatin1StringView("replaced"), u"stopped for the next run"_s, fields);
    }
    Q_UNREACHABLE();
}

} // namespace semper
