// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/base/servicemetrics.h"

#include "process/metricstore.h"
#include "protocol/keys.h"

#include <chrono>
#include <mutex>

using namespace std::chrono_literals;

namespace semper {

/// What other threads see.
struct ServiceMetrics::Published
{
    std::mutex mutex; ///< guards the next
    QJsonObject metrics;
};

ServiceMetrics::ServiceMetrics()
    : m_store(std::make_unique<MetricStore>([this] {
        if (!m_publish.isActive())
            m_publish.start();
    }))
    , m_published(std::make_shared<Published>())
{
    m_publish.setSingleShot(true);
    m_publish.setInterval(250ms);
    QObject::connect(&m_publish, &QTimer::timeout, &m_publish, [this] { publish(); });
}

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

void ServiceMetrics::publish()
{
    const QJsonObject now = metrics();
    const std::lock_guard lock(m_published->mutex);
    m_published->metrics = now;
}

std::function<QJsonObject()> ServiceMetrics::metricsElsewhere() const
{
    return [published = m_published] {
        const std::lock_guard lock(published->mutex);
        return published->metrics;
    };
}

} // namespace semper
