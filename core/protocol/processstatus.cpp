// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/processstatus.h"

#include "protocol/condition.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QJsonValue textOrNull(const QString &text)
{
    return text.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(text);
}

template <class Number>
QJsonValue numberOrNull(const std::optional<Number> &number)
{
    return number ? QJsonValue(*number) : QJsonValue(QJsonValue::Null);
}

} // namespace

QString processLabel(const QString &name, int instance)
{
    return instance == 0 ? name : name + u':' + QString::number(instance);
}

bool ProcessStatus::isUnkillable() const
{
    return pid.has_value() && cause && cause->is<cause::Unkillable>();
}

QString ProcessStatus::explain() const
{
    return cause ? describe(*cause) : reason;
}

QJsonObject ProcessStatus::toJson() const
{
    QJsonArray deathsJson;
    for (const ExitReport &death : deaths)
        deathsJson.append(death.toJson());
    return {
        {keys::name, name},
        {keys::instance, instance},
        {keys::service, textOrNull(service)},
        {keys::className, textOrNull(className)},
        {keys::command,
            command.isEmpty() ? QJsonValue(QJsonValue::Null)
                              : QJsonValue(QJsonArray::fromStringList(command))},
        {keys::state, phaseName(state)},
        {keys::condition, conditionName(conditionOf(*this))},
        {keys::wanted, wanted == Wanted::Up ? u"up"_s : u"down"_s},
        {keys::ready, ready},
        {keys::alive, numberOrNull(alive)},
        {keys::critical, critical},
        {keys::pid, numberOrNull(pid)},
        {keys::stalled, stalled},
        {keys::restarts, restarts},
        {keys::restarts10m, restartsIn10Minutes},
        {keys::restarts1h, restartsInAnHour},
        {keys::standby, standby},
        {keys::outdated, outdated},
        {keys::clearing, clearing},
        {keys::startedAt, wireTimeOrNull(startedAt)},
        {keys::uptimeMs, qint64(uptime.count())},
        {keys::nextStartAt, wireTimeOrNull(nextStartAt)},
        {keys::reason, reason},
        {keys::cause, cause ? QJsonValue(cause->toJson()) : QJsonValue(QJsonValue::Null)},
        {keys::lastExit, lastExit ? QJsonValue(lastExit->toJson()) : QJsonValue(QJsonValue::Null)},
        {keys::deaths, deathsJson},
        {keys::cpuRatio, cpuRatio},
        {keys::memoryBytes, memoryBytes},
        {keys::loopLagMs,
            loopLag ? QJsonValue(qint64(loopLag->count())) : QJsonValue(QJsonValue::Null)},
        {keys::status, status},
        {keys::title, title},
    };
}

ProcessStatus ProcessStatus::fromJson(const QJsonObject &json)
{
    ProcessStatus it;
    it.name = json.value(keys::name).toString();
    it.instance = json.value(keys::instance).toInt();
    it.service = json.value(keys::service).toString();
    it.className = json.value(keys::className).toString();
    for (const QJsonValue &word : json.value(keys::command).toArray())
        it.command.append(word.toString());
    it.state = phaseFromString(json.value(keys::state).toString()).value_or(it.state);
    it.wanted = json.value(keys::wanted) == u"down"_s ? Wanted::Down : Wanted::Up;
    it.ready = json.value(keys::ready).toBool();
    if (const QJsonValue alive = json.value(keys::alive); alive.isBool())
        it.alive = alive.toBool();
    it.critical = json.value(keys::critical).toBool();
    if (const QJsonValue pid = json.value(keys::pid); pid.isDouble())
        it.pid = pid.toInteger();
    it.stalled = json.value(keys::stalled).toBool();
    it.restartsIn10Minutes = json.value(keys::restarts10m).toInt();
    it.restartsInAnHour = json.value(keys::restarts1h).toInt();
    it.restarts = json.value(keys::restarts).toInt();
    it.standby = json.value(keys::standby).toInt();
    it.clearing = json.value(keys::clearing).toBool();
    it.outdated = json.value(keys::outdated).toBool();
    it.startedAt = fromWireTime(json.value(keys::startedAt));
    it.uptime = std::chrono::milliseconds(json.value(keys::uptimeMs).toInteger());
    it.nextStartAt = fromWireTime(json.value(keys::nextStartAt));
    it.reason = json.value(keys::reason).toString();
    it.cause = Cause::fromJson(json.value(keys::cause).toObject());
    if (const QJsonValue exit = json.value(keys::lastExit); exit.isObject())
        it.lastExit = ExitReport::fromJson(exit.toObject());
    for (const QJsonValue &death : json.value(keys::deaths).toArray())
        it.deaths.append(ExitReport::fromJson(death.toObject()));
    it.cpuRatio = json.value(keys::cpuRatio).toDouble();
    it.memoryBytes = json.value(keys::memoryBytes).toInteger();
    if (const QJsonValue lag = json.value(keys::loopLagMs); lag.isDouble())
        it.loopLag = std::chrono::milliseconds(lag.toInteger());
    it.status = json.value(keys::status).toString();
    it.title = json.value(keys::title).toString();
    return it;
}

} // namespace semper
