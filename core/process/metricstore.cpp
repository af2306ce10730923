// SPDX-License-Identifier: LGPL-3.0-or-later
#include "process/metricstore.h"

#include "process/metricseries.h"
#include "protocol/keys.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLoggingCategory>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logMetrics, "semper.process.metrics", QtInfoMsg)

// What a value may take in the frame, at most.
constexpr qsizetype numberBytes = 32;
constexpr qsizetype histogramBytes = 136;
constexpr qsizetype bucketBytes = 52;

[[nodiscard]] bool areBounds(const QList<double> &bounds)
{
    const auto isFinite = [](double bound) { return std::isfinite(bound); };
    return bounds.size() <= MetricStore::maximumBuckets && std::ranges::all_of(bounds, isFinite)
        && std::ranges::adjacent_find(bounds, std::greater_equal()) == bounds.end();
}

/// [[bound, how many are not above it], ...]
[[nodiscard]] QJsonArray bucketsOf(const detail::MetricCell &cell)
{
    QJsonArray buckets;
    qint64 count = 0;
    for (size_t i = 0; i < cell.bounds.size(); ++i) {
        count += cell.counts[i];
        buckets.append(QJsonArray{cell.bounds[i], count});
    }
    return buckets;
}

} // namespace

MetricStore::MetricStore(std::function<void()> changed)
    : m_changed(std::move(changed))
{ }

Gauge MetricStore::gauge(QAnyStringView name, const MetricLabels &labels)
{
    return {*this, cell(m_gauges, name, labels, numberBytes)};
}

Counter MetricStore::counter(QAnyStringView name, const MetricLabels &labels)
{
    return {*this, cell(m_counters, name, labels, numberBytes)};
}

Histogram MetricStore::histogram(
    QAnyStringView name, const MetricLabels &labels, const QList<double> &bounds)
{
    const bool fits = areBounds(bounds);
    if (!fits && !std::exchange(m_toldBuckets, true))
        qCWarning(logMetrics,
            "histogram \"%ls\" has no buckets: their bounds are at most %lld finite numbers that "
            "rise "
            "(told once)",
            qUtf16Printable(name.toString()), qint64(maximumBuckets));
    const qsizetype buckets = fits ? bounds.size() : 0;
    detail::MetricCell &made
        = cell(m_histograms, name, labels, histogramBytes + buckets * bucketBytes);
    if (fits && made.count == 0 && made.bounds.empty()) {
        made.bounds.assign(bounds.cbegin(), bounds.cend());
        made.counts.assign(size_t(buckets), 0);
    }
    return {*this, made};
}

bool MetricStore::setReport(const QJsonObject &report)
{
    const qsizetype size = QJsonDocument(report).toJson(QJsonDocument::Compact).size();
    if (size > maximumReportBytes) {
        qCWarning(logMetrics, "a report of %lld bytes was not taken: at most %lld are",
            qint64(size), qint64(maximumReportBytes));
        return false;
    }
    m_report = report;
    touch();
    return true;
}

QJsonObject MetricStore::toJson() const
{
    const auto values = [](const Cells &cells) {
        QJsonObject object;
        for (const auto &[name, cell] : cells)
            object.insert(name, cell.value);
        return object;
    };
    QJsonObject histograms;
    for (const auto &[name, cell] : m_histograms) {
        QJsonObject histogram{
            {keys::count, cell.count},
            {keys::sum, cell.value},
            {keys::min, cell.min},
            {keys::max, cell.max},
        };
        if (!cell.bounds.empty())
            histogram.insert(keys::buckets, bucketsOf(cell));
        histograms.insert(name, histogram);
    }
    return {
        {keys::gauges, values(m_gauges)},
        {keys::counters, values(m_counters)},
        {keys::histograms, histograms},
        {keys::report, m_report},
    };
}

bool MetricStore::accepts(bool valid)
{
    m_home.check("a metric");
    if (!valid && !std::exchange(m_toldValue, true))
        qCWarning(logMetrics,
            "a value was not taken: a metric's values are finite, and what is "
            "added to a counter is not below 0 (told once)");
    return valid;
}

detail::MetricCell &MetricStore::cell(
    Cells &cells, QAnyStringView name, const MetricLabels &labels, qsizetype bytes)
{
    const auto series = seriesName(name, labels);
    if (series) {
        const auto found = cells.find(*series);
        return found == cells.end() ? addCell(cells, *series, bytes) : found->second;
    }
    if (!std::exchange(m_toldName, true))
        qCWarning(logMetrics,
            "no metric can be called \"%ls\": a letter or _, then letters, digits, _, : or ., at "
            "most "
            "%lld in all; or it has labels that cannot be: at most %lld, named like that without : "
            "and ., with values of at most %lld characters (told once)",
            qUtf16Printable(name.toString().left(maximumMetricNameLength)),
            qint64(maximumMetricNameLength), qint64(maximumLabels), qint64(maximumLabelLength));
    return m_nowhere;
}

detail::MetricCell &MetricStore::addCell(Cells &cells, const QString &series, qsizetype bytes)
{
    const qsizetype name = QJsonDocument(QJsonArray{series}).toJson(QJsonDocument::Compact).size();
    const auto count = qsizetype(m_gauges.size() + m_counters.size() + m_histograms.size());
    if (count >= maximumMetrics || m_seriesBytes + name + bytes > maximumSeriesBytes) {
        if (!std::exchange(m_toldFull, true))
            qCWarning(logMetrics,
                "metric \"%ls\" is not sent: there are at most %lld, of %lld bytes together (told "
                "once)",
                qUtf16Printable(series), qint64(maximumMetrics), qint64(maximumSeriesBytes));
        return m_nowhere;
    }
    m_seriesBytes += name + bytes;
    return cells.emplace(series, detail::MetricCell{}).first->second;
}

} // namespace semper
