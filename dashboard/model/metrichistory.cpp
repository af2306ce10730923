// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/metrichistory.h"

#include "protocol/keys.h"

using namespace Qt::StringLiterals;

namespace semper::dashboard {

namespace {

constexpr qsizetype maximumRestartMarks = 500;
constexpr size_t maximumLeftOut = 1000;
// Over less than this a rate jumps about; and a process that says nothing new for so long counts
// nothing.
constexpr qint64 rateMs = 900;

} // namespace

void MetricHistory::apply(const QJsonObject &frame, qint64 at)
{
    if (const QJsonValue cpu = frame.value(keys::cpuRatio); cpu.isDouble()) {
        m_cpu.append(at, cpu.toDouble());
        settleRates(at);
    }
    if (const QJsonValue memory = frame.value(keys::memoryBytes);
        memory.toDouble() > 0) // 0 is not measured yet, just after a start
        m_memory.append(at, memory.toDouble());
    const QJsonObject gauges = frame.value(keys::gauges).toObject();
    for (auto it = gauges.begin(); it != gauges.end(); ++it) {
        if (Metric *metric = it->isDouble() ? find(it.key(), MetricKind::Gauge) : nullptr)
            metric->series.append(at, it->toDouble());
    }
    const QJsonObject counters = frame.value(keys::counters).toObject();
    for (auto it = counters.begin(); it != counters.end(); ++it)
        applyCounter(it.key(), it->toDouble(), at);
    const QJsonObject histograms = frame.value(keys::histograms).toObject();
    for (auto it = histograms.begin(); it != histograms.end(); ++it)
        applyHistogram(it.key(), it->toObject(), at);
}

void MetricHistory::settleRates(qint64 at)
{
    for (auto &[name, metric] : m_metrics) {
        if (metric.kind != MetricKind::Counter || metric.at == 0 || at - metric.at < 2 * rateMs)
            continue;
        metric.series.append(at, 0);
        metric.at = at;
    }
}

void MetricHistory::interrupt(qint64 at)
{
    m_cpu.addGap(at);
    m_memory.addGap(at);
    for (auto &[name, metric] : m_metrics) {
        metric.series.addGap(at);
        metric.at = 0;
    }
}

void MetricHistory::markRestart(qint64 at)
{
    if (m_restarts.contains(at))
        return;
    if (m_restarts.size() >= maximumRestartMarks)
        m_restarts.removeFirst();
    m_restarts.append(at);
}

Metric *MetricHistory::find(const QString &name, MetricKind kind)
{
    const auto known = m_metrics.find(name);
    if (known != m_metrics.end())
        return known->second.kind == kind ? &known->second : nullptr;
    if (m_metrics.size() >= maximumMetrics) {
        if (m_leftOut.size() < maximumLeftOut)
            m_leftOut[name] = true;
        return nullptr;
    }
    return &m_metrics.emplace(name, Metric{.kind = kind, .series = {}}).first->second;
}

void MetricHistory::applyCounter(const QString &name, double total, qint64 at)
{
    Metric *metric = find(name, MetricKind::Counter);
    if (metric == nullptr)
        return;
    // A rate needs two reports of one launch, and time between them.
    if (metric->at != 0 && at - metric->at < rateMs && total >= metric->total)
        return;
    if (metric->at != 0 && total >= metric->total)
        metric->series.append(at, (total - metric->total) * 1000.0 / double(at - metric->at));
    else
        metric->series.addGap(at);
    metric->total = total;
    metric->at = at;
}

void MetricHistory::applyHistogram(const QString &name, const QJsonObject &histogram, qint64 at)
{
    Metric *metric = find(name, MetricKind::Histogram);
    if (metric == nullptr)
        return;
    const double count = histogram.value(keys::count).toDouble();
    const double sum = histogram.value(keys::sum).toDouble();
    const bool continues = metric->at != 0 && count >= metric->count;
    const double fresh = continues ? count - metric->count : count;
    if (fresh > 0)
        metric->series.append(at, (continues ? sum - metric->total : sum) / fresh);
    metric->total = sum;
    metric->count = count;
    metric->at = at;
}

} // namespace semper::dashboard
