// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>

#include <chrono>

/// "settings" of a MonitorProcess. Its defaults stand here.
struct MonitorSettings
{
    std::chrono::milliseconds interval{3000}; ///< "interval_ms", 100 to 86400000
    QString database; ///< "database": a path; empty: defaultDatabase()
    qint64 keepRows = 100000; ///< "keep_rows", 1 to 1000000000: the oldest go first
    QString disk = QStringLiteral("/"); ///< "disk": any path on the file system to watch

    /// Throws semper::ConfigurationError with the name of what is wrong, and what would be right.
    [[nodiscard]] static MonitorSettings fromJson(const QJsonObject &json);
    /// "semper/monitor.sqlite" in /var/lib for root, else in $XDG_STATE_HOME or ~/.local/state.
    [[nodiscard]] static QString defaultDatabase();
};
