// SPDX-License-Identifier: LGPL-3.0-or-later
#include "monitorsettings.h"

#include <QDir>
#include <QFileInfo>

#include <cmath>
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
    const double number = value.toDouble(std::nan(""));
    if (!(number >= double(least) && number <= double(greatest)) || number != std::floor(number))
        refuse(key, u"expected a whole number from %1 to %2"_s.arg(least).arg(greatest));
    return qint64(number);
}

[[nodiscard]] QString path(const QString &key, const QJsonValue &value)
{
    if (value.toString().isEmpty())
        refuse(key, u"expected a path"_s);
    return QFileInfo(value.toString()).absoluteFilePath();
}

} // namespace

MonitorSettings MonitorSettings::fromJson(const QJsonObject &json)
{
    MonitorSettings settings;
    for (auto it = json.constBegin(); it != json.constEnd(); ++it) {
        if (it.key() == "interval_ms"_L1)
            settings.interval
                = std::chrono::milliseconds(wholeNumber(it.key(), it.value(), 100, 86'400'000));
        else if (it.key() == "database"_L1)
            settings.database = path(it.key(), it.value());
        else if (it.key() == "keep_rows"_L1)
            settings.keepRows = wholeNumber(it.key(), it.value(), 1, 1'000'000'000);
        else if (it.key() == "disk"_L1)
            settings.disk = path(it.key(), it.value());
        else
            refuse(it.key(), u"unknown; known are interval_ms, database, keep_rows and disk"_s);
    }
    if (settings.database.isEmpty())
        settings.database = defaultDatabase();
    return settings;
}

QString MonitorSettings::defaultDatabase()
{
    const QString file = u"/semper/monitor.sqlite"_s;
    if (::geteuid() == 0)
        return u"/var/lib"_s + file;
    const QString state = qEnvironmentVariable("XDG_STATE_HOME");
    return (QDir::isAbsolutePath(state) ? state : QDir::homePath() + u"/.local/state"_s) + file;
}
