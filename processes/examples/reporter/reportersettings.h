// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>
#include <QUrl>

#include <chrono>

/// "settings" of a ReporterProcess. Its defaults stand here.
struct ReporterSettings
{
    QUrl url; ///< "url": where to post to, http or https; needed
    std::chrono::milliseconds interval{10000}; ///< "interval_ms", 100 to 86400000
    QString tokenFile; ///< "token_file": a path; empty: no token
    qsizetype bufferedSamples = 1000; ///< "buffered_samples", 1 to 1000000: then the oldest go

    /// Throws semper::ConfigurationError with the name of what is wrong, and what would be right.
    [[nodiscard]] static ReporterSettings fromJson(const QJsonObject &json);
};
