// SPDX-License-Identifier: LGPL-3.0-or-later
#include "reportersettings.h"

#include <cmath>
#include <stdexcept>

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

[[nodiscard]] QUrl address(const QString &key, const QJsonValue &value)
{
    const QUrl url(value.toString(), QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty()
        || (url.scheme() != "http"_L1 && url.scheme() != "https"_L1))
        refuse(key, u"expected an address like https://host/path"_s);
    return url;
}

} // namespace

ReporterSettings ReporterSettings::fromJson(const QJsonObject &json)
{
    ReporterSettings settings;
    for (auto it = json.constBegin(); it != json.constEnd(); ++it) {
        if (it.key() == "url"_L1)
            settings.url = address(it.key(), it.value());
        else if (it.key() == "interval_ms"_L1)
            settings.interval
                = std::chrono::milliseconds(wholeNumber(it.key(), it.value(), 100, 86'400'000));
        else if (it.key() == "token_file"_L1)
            settings.tokenFile = it.value().toString();
        else if (it.key() == "buffered_samples"_L1)
            settings.bufferedSamples = wholeNumber(it.key(), it.value(), 1, 1'000'000);
        else
            refuse(it.key(),
                u"unknown; known are url, interval_ms, token_file and buffered_samples"_s);
    }
    if (settings.url.isEmpty())
        refuse(u"url"_s, u"is needed: where to post to"_s);
    return settings;
}
