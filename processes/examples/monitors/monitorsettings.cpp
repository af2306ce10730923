// SPDX-License-Identifier: LGPL-3.0-or-later
#include "monitorsettings.h"

#include <QDir>
#include <QUrl>

#include <stdexcept>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace {

[[noreturn]] void refuse(const QString &key, const QString &expected)
{
    throw std::invalid_argument(u"settings.%1: %2"_s.arg(key, expected).toStdString());
}

[[nodiscard]] qint64 wholeNumber(
    const QString &key, const QJsonValue &value, qint64 least, qint64 greatest)
{
    const qint64 number = value.toInteger(least - 1);
    if (number < least || number > greatest)
        refuse(key, u"expected a whole number from %1 to %2"_s.arg(least).arg(greatest));
    return number;
}

[[nodiscard]] QString redisUrl(const QString &key, const QJsonValue &value)
{
    if (value.toString().isEmpty())
        refuse(key, u"expected a URL"_s);
    if (!QUrl(value.toString()).password().isEmpty())
        refuse(key, u"settings are shown to people: use ?password_file= or ?password_variable="_s);
    return value.toString();
}

[[nodiscard]] QString defaultFile()
{
    const QString state = qEnvironmentVariable("XDG_STATE_HOME");
    const QString folder = ::geteuid() == 0 ? u"/var/lib"_s
        : QDir::isAbsolutePath(state)       ? state
                                            : QDir::homePath() + u"/.local/state"_s;
    return folder + u"/semper/monitors.sqlite"_s;
}

} // namespace

MonitorSettings MonitorSettings::fromJson(const QJsonObject &json)
{
    MonitorSettings settings;
    settings.database.name = defaultFile();
    for (auto it = json.constBegin(); it != json.constEnd(); ++it) {
        if (it.key() == "interval_ms"_L1)
            settings.interval
                = std::chrono::milliseconds(wholeNumber(it.key(), it.value(), 10, 86'400'000));
        else if (it.key() == "database"_L1)
            settings.database = semper::DatabaseOptions::fromSettings(it.value());
        else if (it.key() == "user"_L1)
            settings.user = wholeNumber(it.key(), it.value(), 0, qint64(1) << 53);
        else if (it.key() == "redis"_L1)
            settings.redis = redisUrl(it.key(), it.value());
        else
            refuse(it.key(), u"unknown; known are interval_ms, database, user and redis"_s);
    }
    return settings;
}
