// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/schedulereader.h"

#include "protocol/keys.h"
#include "spec/cronexpression.h"
#include "spec/timezonename.h"

using namespace Qt::StringLiterals;

namespace semper {

namespace {

void readCron(const ObjectReader &reader, const QString &key, ScheduleSpec &schedule)
{
    const auto text = reader.text(key);
    if (!text)
        return;
    schedule.cron = *text;
    const auto parsed = parseCronExpression(*text);
    if (const auto *faults = std::get_if<QStringList>(&parsed))
        for (const QString &fault : *faults)
            reader.complainOf(key, fault);
}

void readTimeZone(const ObjectReader &reader, ScheduleSpec &schedule)
{
    const auto name = reader.text(keys::timeZone);
    if (!name)
        return;
    schedule.timeZone = *name;
    const auto zone = findTimeZone(*name);
    if (const auto *fault = std::get_if<QString>(&zone))
        reader.complainOf(keys::timeZone, *fault);
}

std::optional<ScheduleSpec> readWhen(const ObjectReader &reader)
{
    if (!reader.has(keys::schedule))
        return std::nullopt;
    ScheduleSpec schedule;
    if (reader.isText(keys::schedule)) {
        readCron(reader, keys::schedule, schedule);
    } else if (!reader.isObject(keys::schedule)) {
        reader.complainOf(keys::schedule,
            u"must be a cron expression or an object with \"cron\" and \"time_zone\""_s);
    } else {
        const ObjectReader parts(*reader.object(keys::schedule), reader.at(keys::schedule),
            configKeys(ConfigObject::Schedule), reader.errors());
        parts.require(keys::cron);
        readCron(parts, keys::cron, schedule);
        readTimeZone(parts, schedule);
    }
    return schedule;
}

/// "always" would start it again at once, whatever the schedule says.
void readPolicy(const ObjectReader &reader, RestartSpec &restart)
{
    const QJsonObject json = reader.isObject(keys::restart)
        ? reader.object(keys::restart).value_or(QJsonObject())
        : QJsonObject();
    if (!json.contains(keys::policy)) {
        restart.policy = RestartPolicy::Never;
    } else if (json.value(keys::policy) == "always"_L1) {
        const ObjectReader parts(json, reader.at(keys::restart), reader.errors());
        parts.complainOf(keys::policy,
            u"\"always\" leaves nothing to the schedule; \"never\" or \"on-failure\""_s);
    }
}

} // namespace

void readSchedule(const ObjectReader &reader, ProcessSpec &spec)
{
    if (reader.has(keys::schedule))
        spec.schedule = readWhen(reader);
    if (spec.schedule) {
        readPolicy(reader, spec.restart);
        if (reader.has(keys::maxAgeMs)) // a launch in its place would be a run without end
            reader.complainOf(keys::maxAgeMs, u"is not for a schedule: a run ends by itself"_s);
    }
    static const QStringList ways{u"skip"_s, u"queue"_s, u"kill"_s};
    if (const auto way = reader.word(keys::overlap, u"way"_s, {.known = ways})) {
        spec.overlap = Overlap(ways.indexOf(*way));
        if (!spec.schedule && spec.overlap != Overlap::Skip)
            reader.complainOf(keys::overlap, u"needs a \"schedule\""_s);
    }
}

} // namespace semper
