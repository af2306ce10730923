// SPDX-License-Identifier: LGPL-3.0-or-later
#include "queuesettings.h"

#include <stdexcept>

using namespace Qt::StringLiterals;

namespace {

[[noreturn]] void refuse(const QString &key, const QString &expected)
{
    throw std::invalid_argument(u"settings.%1: %2"_s.arg(key, expected).toStdString());
}

[[nodiscard]] std::chrono::milliseconds duration(
    const QString &key, const QJsonValue &value, qint64 least)
{
    const qint64 number = value.toInteger(-1);
    if (number < least || number > 86'400'000)
        refuse(key, u"expected milliseconds, from %1 to 86400000"_s.arg(least));
    return std::chrono::milliseconds(number);
}

[[nodiscard]] QString text(const QString &key, const QJsonValue &value)
{
    if (value.toString().isEmpty())
        refuse(key, u"expected some text"_s);
    return value.toString();
}

} // namespace

QueueSettings QueueSettings::fromJson(const QJsonObject &json)
{
    QueueSettings settings;
    for (auto it = json.constBegin(); it != json.constEnd(); ++it) {
        if (it.key() == "redis"_L1)
            settings.redis = text(it.key(), it.value());
        else if (it.key() == "queue"_L1)
            settings.queue = text(it.key(), it.value());
        else if (it.key() == "lease_ms"_L1)
            settings.lease = duration(it.key(), it.value(), 100);
        else if (it.key() == "pause_ms"_L1)
            settings.pause = duration(it.key(), it.value(), 0);
        else
            refuse(it.key(), u"unknown; known are redis, queue, lease_ms and pause_ms"_s);
    }
    return settings;
}
