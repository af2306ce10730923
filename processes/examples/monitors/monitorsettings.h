// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/databaseoptions.h>

#include <QJsonObject>
#include <QString>

#include <chrono>

/// "settings" of each of the four monitors.
struct MonitorSettings
{
    std::chrono::milliseconds interval{3000}; ///< "interval_ms"
    /// "database": a URL, or an object with one, as docs/database.md has it. By default a file of
    /// SQLite, /var/lib/semper/monitors.sqlite for root, else semper/monitors.sqlite in
    /// $XDG_STATE_HOME or ~/.local/state.
    semper::DatabaseOptions database;
    qint64 user = 1; ///< "user": the id of the row to read
    /// "redis": a URL, as docs/redis.md has it; without a password in it, as settings are shown.
    QString redis = QStringLiteral("redis://127.0.0.1:6379/0");

    /// Throws semper::ConfigurationError for settings that make no sense.
    [[nodiscard]] static MonitorSettings fromJson(const QJsonObject &json);
};
