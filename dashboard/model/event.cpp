// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/event.h"

#include "model/format.h"

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
    const QString reason = fields.value(keys::reason).toString();
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
        const QString exit = describeExit(fields.value(keys::lastExit).toObject(), reason);
        return decision.isEmpty() ? exit : Words::tr("%1, %2").arg(exit, decision);
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

bool Event::isTrouble() const
{
    if (type == u"exit")
        return !isAskedFor(fields.value(keys::decision).toString());
    return type == u"failed" || type == u"unready" || type == u"backoff"
        || type == u"output_dropped" || type == u"events_dropped" || type == u"cpu_high"
        || type == u"restart_given_up" || type == u"left_behind";
}

QString describeExit(const QJsonObject &lastExit, const QString &reason)
{
    const QString signal = lastExit.value(keys::signal).toString();
    const QJsonValue code = lastExit.value(keys::code);
    // The server's own signal says nothing of why it was sent.
    const bool isExplained = !reason.isEmpty() && !reason.startsWith(u"killed by SIG");
    if (!signal.isEmpty() && !isExplained)
        return lastExit.value(keys::coreDumped).toBool()
            ? Words::tr("killed by %1 (core dumped)").arg(signal)
            : Words::tr("killed by %1").arg(signal);
    // What a process said of its own end (an exception's text) says more than a number.
    if (!reason.isEmpty() && !reason.startsWith(u"exited with code"))
        return reason;
    if (code.isDouble())
        return Words::tr("exited with code %1").arg(code.toInt());
    return Words::tr("failed to start");
}

} // namespace semper::dashboard
