// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/procfile.h"
#include "supervision/instant.h"

#include <QDateTime>
#include <QJsonObject>
#include <QString>

#include <chrono>
#include <optional>

namespace semper {

/// When something was so.
struct Moment
{
    QDateTime wall = {}; ///< to show
    std::chrono::milliseconds boot{0}; ///< bootTime(): to order by
};

/// What is known of a launch from outside its machine: what it told of itself, and what the
/// server measured of it. Empty again with each launch.
class LaunchVitals
{
public:
    /// Each is true if that was news.
    bool setStatusText(const QString &text);
    bool setTitle(const QString &title);
    /// Keeps the four kinds of metrics of a "metrics" frame, which came \a at.
    void setMetrics(const QJsonObject &frame, const Moment &at);

    /// A launch began at \a now. It may already have told of itself.
    void begin(Instant now);
    /// Reads CPU and memory of \a pid (0: there is none), at most once in 200 ms: until then it all
    /// stays as it was. A share of CPU is that since the last time.
    void sample(pid_t pid, Instant now);

    [[nodiscard]] const QString &statusText() const { return m_statusText; }
    [[nodiscard]] const QString &title() const { return m_title; }
    /// Empty until it told some.
    [[nodiscard]] const QJsonObject &metrics() const { return m_metrics; }
    [[nodiscard]] const Moment &metricsAt() const { return m_metricsAt; }
    [[nodiscard]] double cpuRatio() const { return m_cpuRatio; }
    [[nodiscard]] qint64 memoryBytes() const { return m_usage.memoryBytes; }

private:
    QString m_statusText;
    QString m_title;
    QJsonObject m_metrics;
    Moment m_metricsAt;
    procfile::Usage m_usage;
    double m_cpuRatio = 0;
    Instant m_sampledAt; ///< the CPU's share
    std::optional<Instant> m_lookedAt;
};

} // namespace semper
