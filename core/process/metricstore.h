// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/homethread.h>
#include <semper/metrics.h>
#include <semper/semper_core_export.h>

#include <QAnyStringView>
#include <QJsonObject>
#include <QList>
#include <QString>

#include <functional>
#include <map>

namespace semper {

/// All metrics of one process or service and its last report, as one frame of bounded size. Totals,
/// not changes: a frame that is lost is made good by the next.
class SEMPER_CORE_EXPORT MetricStore
{
public:
    /// Gauges, counters and histograms together, each series of labels by itself.
    static constexpr qsizetype maximumMetrics = 192;
    /// Of all series in a frame. With a report as long as it may be, that stays below
    /// maximumFrameBytes.
    static constexpr qsizetype maximumSeriesBytes = 44 * 1024;
    static constexpr qsizetype maximumBuckets = 32;
    static constexpr qsizetype maximumReportBytes = 16 * 1024;

    /// \a changed is called on each change.
    explicit MetricStore(std::function<void()> changed);

    /// A name or labels that are refused (see seriesName() and the limits above) get a handle whose
    /// values go nowhere.
    [[nodiscard]] Gauge gauge(QAnyStringView name, const MetricLabels &labels);
    [[nodiscard]] Counter counter(QAnyStringView name, const MetricLabels &labels);
    /// \a bounds count for a new one; those that do not rise make it one without buckets.
    [[nodiscard]] Histogram histogram(
        QAnyStringView name, const MetricLabels &labels, const QList<double> &bounds);
    /// False, with the earlier report kept, for one above maximumReportBytes.
    [[nodiscard]] bool setReport(const QJsonObject &report);

    /// The fields of the frame "metrics".
    [[nodiscard]] QJsonObject toJson() const;

    void touch() { m_changed(); }
    /// Passes \a valid on; tells once that values were refused.
    [[nodiscard]] bool accepts(bool valid);

private:
    using Cells = std::map<QString, detail::MetricCell>; // addresses stay

    /// \a bytes is what a value of it may take in the frame.
    [[nodiscard]] detail::MetricCell &cell(
        Cells &cells, QAnyStringView name, const MetricLabels &labels, qsizetype bytes);
    [[nodiscard]] detail::MetricCell &addCell(Cells &cells, const QString &series, qsizetype bytes);

    HomeThread m_home;
    std::function<void()> m_changed;
    Cells m_gauges;
    Cells m_counters;
    Cells m_histograms;
    QJsonObject m_report;
    detail::MetricCell m_nowhere;
    qsizetype m_seriesBytes = 0;
    bool m_toldName = false;
    bool m_toldFull = false;
    bool m_toldValue = false;
    bool m_toldBuckets = false;
};

} // namespace semper
