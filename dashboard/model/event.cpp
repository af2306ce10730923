// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/event.h"

#include "model/format.h"

#include "protocol/exitreport.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QCoreApplication>

namespace semper::dashboard {

namespace {

class Words
{
    Q_DECLARE_TR_FUNCTIONS(Event)
};

bool isAskedFor(const QString &decision)
{
    return decision == u"stop" || decision == u"done";
}

QString describeDecision(const QString &decision)
{
    if (decision == u"restart")
        return Words::tr("restarting");
    if (decision == u"stop")
        return Words::tr("as asked");
    if (decision == u"done")
        return Words::tr("finished");
    if (decision == u"failed")
        return Words::tr("giving up");
    return decision;
}

QString describeCommand(const QJsonObject &fields)
{
    const QString action = fields.value(keys::action).toString();
    const QString by = fields.value(keys::by).toString();
    return by.isEmpty() ? Words::tr("%1 asked").arg(action)
                        : Words::tr("%1 asked by %2").arg(action, by);
}

QString withReason(const QString &text, const QString &reason)
{
    return reason.isEmpty() ? text : Words::tr("%1: %2").arg(text, reason);
}

} // namespace

Event Event::fromJson(const QJsonObject &json)
{
    return {.id = json.value(keys::id).toInteger(),
        .at = fromWireTime(json.value(keys::at)),
        .type = json.value(keys::type).toString(),
        .process = {json.value(keys::process).toString(), json.value(keys::instance).toInt()},
        .fields = json};
}

QString Event::describe() const
{
    const QString reason = why();
    if (type == u"waiting" || type == u"unkillable" || type == u"left_behind")
        return reason;
    if (type == u"start")
        return Words::tr("started as pid %1").arg(fields.value(keys::pid).toInteger());
    if (type == u"ready")
        return Words::tr("ready");
    if (type == u"unready")
        return withReason(Words::tr("not ready"), reason);
    if (type == u"exit") {
        const QString decision = describeDecision(fields.value(keys::decision).toString());
        return decision.isEmpty() ? describeExit()
                                  : Words::tr("%1, %2").arg(describeExit(), decision);
    }
    if (type == u"backoff") {
        const std::chrono::milliseconds delay(fields.value(keys::delayMs).toInteger());
        return Words::tr("restart delayed by %1 s")
            .arg(format::number(double(delay.count()) / 1000));
    }
    if (type == u"failed")
        return withReason(Words::tr("failed"), reason);
    if (type == u"stop")
        return Words::tr("stopped");
    if (type == u"command")
        return describeCommand(fields);
    if (type == u"output_dropped")
        return Words::tr(
            "%n line(s) of output dropped", nullptr, fields.value(keys::dropped).toInt());
    if (type == u"events_dropped")
        return Words::tr(
            "%n event(s) left out: too many", nullptr, fields.value(keys::dropped).toInt());
    if (type == u"cpu_high" || type == u"cpu_normal")
        return Words::tr("used %1 cores over a minute")
            .arg(format::number(fields.value(keys::cpuRatio).toDouble()));
    if (type == u"restart_given_up")
        return withReason(Words::tr("the other instances are not restarted"), reason);
    if (type == u"server_started")
        return Words::tr("server started");
    if (type == u"server_stopped")
        return Words::tr("server stopped");
    return withReason(type, reason);
}

QString Event::why() const
{
    const auto cause = Cause::fromJson(fields.value(keys::cause).toObject());
    return cause ? semper::describe(*cause) : fields.value(keys::reason).toString();
}

bool Event::isTrouble() const
{
    if (type == u"exit")
        return !isAskedFor(fields.value(keys::decision).toString());
    if (type == u"unready") // which everything becomes that is asked to stop, or has ended
        return fields.value(keys::state) == phaseName(ProcessPhase::Running);
    return type == u"failed" || type == u"backoff" || type == u"output_dropped"
        || type == u"events_dropped" || type == u"cpu_high" || type == u"restart_given_up"
        || type == u"left_behind";
}

QString Event::describeExit() const
{
    return ExitReport::fromJson(fields.value(keys::lastExit).toObject()).describe();
}

} // namespace semper::dashboard
