// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/metrics.h>
#include <semper/semper_server_export.h>

#include <QAnyStringView>
#include <QJsonObject>
#include <QList>
#include <QTimer>

#include <functional>
#include <memory>

namespace semper {

class MetricStore;

/// Metrics that a service's own code sets, shown with the service in the server object. The
/// services' thread; no call blocks.
class SEMPER_SERVER_EXPORT ServiceMetrics
{
public:
    ServiceMetrics();
    virtual ~ServiceMetrics();
    Q_DISABLE_COPY_MOVE(ServiceMetrics)

    /// As those of a Process, within the same limits; counters count since the server started.
    [[nodiscard]] Gauge gauge(QAnyStringView name, const MetricLabels &labels = {});
    [[nodiscard]] Counter counter(QAnyStringView name, const MetricLabels &labels = {});
    [[nodiscard]] Histogram histogram(
        QAnyStringView name, const MetricLabels &labels = {}, const QList<double> &bounds = {});

    /// {"gauges": {}, "counters": {}, "histograms": {}}
    [[nodiscard]] QJsonObject metrics() const;
    /// The same as of up to 250 ms ago, for any thread, also once this is gone.
    [[nodiscard]] std::function<QJsonObject()> metricsElsewhere() const;

private:
    struct Published;

    void publish();

    std::unique_ptr<MetricStore> m_store;
    std::shared_ptr<Published> m_published;
    QTimer m_publish;
};

} // namespace semper
