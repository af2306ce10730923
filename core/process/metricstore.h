// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/metrics.h>

#include <QJsonObject>
#include <QString>
#include <QStringView>

#include <functional>
#include <map>

namespace semper {

/// All metrics of one process and its last report, as one frame of bounded size. Totals, not
/// changes: a frame that is lost is made good by the next.
class MetricStore
{
public:
    /// Gauges, counters and histograms together. With names and a report as long as they may be,
    /// the frame stays below maximumFrameBytes.
    static constexpr qsizetype maximumMetrics = 192;
    static constexpr qsizetype maximumNameLength = 64;
    static constexpr qsizetype maximumReportBytes = 16 * 1024;

    /// \a changed is called on each change.
    explicit MetricStore(std::function<void()> changed);

    /// A name that is refused (see isName(), maximumMetrics) gets a handle whose values go nowhere.
    [[nodiscard]] Gauge gauge(QStringView name);
    [[nodiscard]] Counter counter(QStringView name);
    [[nodiscard]] Histogram histogram(QStringView name);
    /// False, with the earlier report kept, for one above maximumReportBytes.
    [[nodiscard]] bool setReport(const QJsonObject &report);

    /// A letter or _, then letters, digits, _, : and ., at most maximumNameLength in all.
    [[nodiscard]] static bool isName(QStringView name);

    /// The fields of the frame "metrics".
    [[nodiscard]] QJsonObject toJson() const;

    void touch() { m_changed(); }
    /// Passes \a valid on; tells once that values were refused.
    [[nodiscard]] bool accepts(bool valid);

private:
    using Cells = std::map<QString, detail::MetricCell, std::less<>>; // addresses stay

    [[nodiscard]] detail::MetricCell &cell(Cells &cells, QStringView name);

    std::function<void()> m_changed;
    Cells m_gauges;
    Cells m_counters;
    Cells m_histograms;
    QJsonObject m_report;
    detail::MetricCell m_nowhere;
    bool m_toldName = false;
    bool m_toldFull = false;
    bool m_toldValue = false;
};

} // namespace semper
