// SPDX-License-Identifier: LGPL-3.0-or-later
#include "monitorsettings.h"

#include <semper/settingsreader.h>

#include <QDir>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

MonitorSettings MonitorSettings::fromJson(const QJsonObject &json)
{
    MonitorSettings settings;
    semper::SettingsReader reader(json);
    reader.read(u"interval_ms", settings.interval, 100ms, 24h);
    reader.readPath(u"database", settings.database);
    reader.read(u"keep_rows", settings.keepRows, 1, 1'000'000'000);
    reader.readPath(u"disk", settings.disk);
    reader.finish();
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
