// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/series.h"

#include <QJsonObject>
#include <QList>
#include <QString>

#include <map>

namespace semper::dashboard {

enum class MetricKind { Gauge, Counter, Histogram };

/// One metric that a process reports: a gauge as it is, a counter as its rate per second, a
/// histogram as the mean of what was recorded between two reports.
struct Metric
{
    MetricKind kind = MetricKind::Gauge;
    Series series;
    double total = 0; ///< a counter's value, or a histogram's sum, at the last report
    double count = 0; ///< of a histogram, at the last report
    qint64 at = 0; ///< of the last report; 0 for none since the launch
};

/// The last minutes of one process in numbers, with its restarts.
class MetricHistory
{
public:
    /// Metrics of one process beyond this many are counted, not kept.
    static constexpr size_t maximumMetrics = 32;

    /// Takes a "metrics" or a "sample" frame of what was \a at, on the timeline.
    void apply(const QJsonObject &frame, qint64 at);
    /// The process died, or its reports stopped coming, at \a at: gaps stay gaps.
    void interrupt(qint64 at);
    /// Once for each moment.
    void markRestart(qint64 at);

    [[nodiscard]] const Series &cpu() const { return m_cpu; }
    [[nodiscard]] const Series &memory() const { return m_memory; }
    [[nodiscard]] const std::map<QString, Metric> &metrics() const { return m_metrics; }
    [[nodiscard]] const QList<qint64> &restarts() const { return m_restarts; }
    /// Metrics that were left out, see maximumMetrics.
    [[nodiscard]] size_t leftOut() const { return m_leftOut.size(); }

private:
    Metric *find(const QString &name, MetricKind kind);
    /// A process tells only what is new: what it has not counted for a while has a rate of 0.
    void settleRates(qint64 at);
    void applyCounter(const QString &name, double total, qint64 at);
    void applyHistogram(const QString &name, const QJsonObject &histogram, qint64 at);

    Series m_cpu;
    Series m_memory;
    std::map<QString, Metric> m_metrics;
    std::map<QString, bool> m_leftOut;
    QList<qint64> m_restarts;
};

} // namespace semper::dashboard
