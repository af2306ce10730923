// SPDX-License-Identifier: LGPL-3.0-or-later
#include "protocol/exitreport.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QJsonArray>

namespace semper {

QString ExitReport::describe() const
{
    return semper::describe(cause.value_or(Cause::ofExit(code, signal, coreDumped)));
}

QJsonObject ExitReport::toJson() const
{
    return {
        {keys::at, wireTimeOrNull(at)},
        {keys::code, code ? QJsonValue(*code) : QJsonValue()},
        {keys::signal, signal.isEmpty() ? QJsonValue() : QJsonValue(signal)},
        {keys::uptimeMs, qint64(uptime.count())},
        {keys::coreDumped, coreDumped},
        {keys::cause, cause ? QJsonValue(cause->toJson()) : QJsonValue()},
        {keys::lastLines, QJsonArray::fromStringList(lastLines)},
    };
}

ExitReport ExitReport::fromJson(const QJsonObject &json)
{
    ExitReport report;
    report.at = fromWireTime(json.value(keys::at));
    if (const QJsonValue code = json.value(keys::code); code.isDouble())
        report.code = code.toInt();
    report.signal = json.value(keys::signal).toString();
    report.uptime = std::chrono::milliseconds(json.value(keys::uptimeMs).toInteger());
    report.coreDumped = json.value(keys::coreDumped).toBool();
    report.cause = Cause::fromJson(json.value(keys::cause).toObject());
    for (const QJsonValue &line : json.value(keys::lastLines).toArray())
        report.lastLines.append(line.toString());
    return report;
}

} // namespace semper
