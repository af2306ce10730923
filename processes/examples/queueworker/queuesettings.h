// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>

#include <chrono>

/// "settings" of a QueueWorkerProcess.
struct QueueSettings
{
    QString redis = QStringLiteral("redis://127.0.0.1:6379/0"); ///< "redis": a URL
    QString queue = QStringLiteral("jobs"); ///< "queue": the list's key, and how others begin
    /// "lease_ms": a worker that was not heard of for so long is dead, and its jobs go back.
    std::chrono::milliseconds lease{30000};
    std::chrono::milliseconds pause{0}; ///< "pause_ms": each job takes so much longer; for trials

    /// Throws semper::ConfigurationError for settings that make no sense.
    [[nodiscard]] static QueueSettings fromJson(const QJsonObject &json);
};
