// SPDX-License-Identifier: LGPL-3.0-or-later
#include "reportersettings.h"

#include <semper/settingsreader.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

[[nodiscard]] QUrl address(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty()
        || (url.scheme() != "http"_L1 && url.scheme() != "https"_L1))
        semper::SettingsReader::refuse(u"url", u"expected an address like https://host/path"_s);
    return url;
}

} // namespace

ReporterSettings ReporterSettings::fromJson(const QJsonObject &json)
{
    ReporterSettings settings;
    semper::SettingsReader reader(json);
    if (const QJsonValue url = reader.take(u"url"); !url.isUndefined())
        settings.url = address(url.toString());
    reader.read(u"interval_ms", settings.interval, 100ms, 24h);
    settings.tokenFile = reader.take(u"token_file").toString();
    qint64 samples = settings.bufferedSamples;
    reader.read(u"buffered_samples", samples, 1, 1'000'000);
    settings.bufferedSamples = qsizetype(samples);
    reader.finish();
    if (settings.url.isEmpty())
        semper::SettingsReader::refuse(u"url", u"is needed: where to post to"_s);
    return settings;
}
