// SPDX-License-Identifier: LGPL-3.0-or-later
#include "queuesettings.h"

#include <semper/settingsreader.h>

using namespace std::chrono_literals;

QueueSettings QueueSettings::fromJson(const QJsonObject &json)
{
    QueueSettings settings;
    semper::SettingsReader reader(json);
    reader.read(u"redis", settings.redis);
    reader.read(u"queue", settings.queue);
    reader.read(u"lease_ms", settings.lease, 100ms, 24h);
    reader.read(u"pause_ms", settings.pause, 0ms, 24h);
    reader.finish();
    return settings;
}
