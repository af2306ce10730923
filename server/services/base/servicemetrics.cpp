// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/base/servicemetrics.h"

#include "process/metricstore.h"
#include "protocol/keys.h"

namespace semper {

ServiceMetrics::ServiceMetrics()
    : m_store(std::make_unique<MetricStore>([] {}))
{ }

ServiceMetrics::~ServiceMetrics() = default;

Gauge ServiceMetrics::gauge(QAnyStringView name, const MetricLabels &labels)
{
    return m_store->gauge(name, labels);
}

Counter ServiceMetrics::counter(QAnyStringView name, const MetricLabels &labels)
{
    return m_store->counter(name, labels);
}

Histogram ServiceMetrics::histogram(
    QAnyStringView name, const MetricLabels &labels, const QList<double> &bounds)
{
    return m_store->histogram(name, labels, bounds);
}

QJsonObject ServiceMetrics::metrics() const
{
    QJsonObject metrics = m_store->toJson();
    metrics.remove(keys::report);
    return metrics;
}

} // namespace semper
