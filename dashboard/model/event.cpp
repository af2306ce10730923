// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/event.h"

#include "protocol/eventtext.h"
#include "protocol/exitreport.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

namespace semper::dashboard {

namespace {

bool isAskedFor(const QString &decision)
{
    return decision == u"stop" || decision == u"done";
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
    return describeEvent(fields);
}

bool Event::isTrouble() const
{
    if (type == u"exit")
        return !isAskedFor(fields.value(keys::decision).toString());
    if (type == u"unready") // which everything becomes that is asked to stop, or has ended
        return fields.value(keys::state) == phaseName(ProcessPhase::Running);
    return type == u"failed" || type == u"backoff" || type == u"output_dropped"
        || type == u"events_dropped" || type == u"cpu_high" || type == u"restart_given_up"
        || type == u"left_behind" || type == u"server_lost" || type == u"journal_failed"
        || type == u"journal_damaged";
}

QString Event::describeExit() const
{
    return ExitReport::fromJson(fields.value(keys::lastExit).toObject()).describe();
}

} // namespace semper::dashboard
