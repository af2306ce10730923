// SPDX-License-Identifier: LGPL-3.0-or-later
#include "monitorsettings.h"

#include <semper/settingsreader.h>

#include <QDir>
#include <QUrl>

#include <stdexcept>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

[[nodiscard]] semper::DatabaseOptions databaseOf(const QJsonValue &value)
{
    try {
        return semper::DatabaseOptions::fromSettings(value);
    } catch (const std::invalid_argument &error) {
        semper::SettingsReader::refuse(u"database", QString::fromUtf8(error.what()));
    }
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
    semper::SettingsReader reader(json);
    reader.read(u"interval_ms", settings.interval, 10ms, 24h);
    if (const QJsonValue database = reader.take(u"database"); !database.isUndefined())
        settings.database = databaseOf(database);
    reader.read(u"user", settings.user, 0, qint64(1) << 53);
    reader.read(u"redis", settings.redis);
    if (!QUrl(settings.redis).password().isEmpty())
        semper::SettingsReader::refuse(u"redis",
            u"settings are shown to people: use ?password_file= or ?password_variable="_s);
    reader.finish();
    return settings;
}
