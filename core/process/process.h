// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/metrics.h>
#include <semper/requesthandler.h>
#include <semper/semper_core_export.h>
#include <semper/servicelink.h>
#include <semper/stopped.h>
#include <semper/task.h>
#include <semper/taskscope.h>

#include <QAnyStringView>
#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QString>

#include <chrono>
#include <memory>

namespace semper {

class MetricStore;
class ProcessLink;
class RequestResponder;

/// What a user process has of the world around it: its name and settings, its metrics, its
/// service, and the wish of others that it stop. Its run() and what spawn() was given wait in it as
/// in a TaskScope: what a spawned task throws ends the process as if run() had thrown it, and when
/// run() is over the others are cut short. Main thread only; no call blocks.
class SEMPER_CORE_EXPORT Process : public TaskScope
{
    Q_OBJECT
public:
    /// The host makes the real one. A test makes its own, with FakeLink and FakeClock; both must
    /// outlive it, and it must outlive run().
    Process(QString name, int instance, QJsonObject settings, ProcessLink &link, Clock &clock,
        QObject *parent = nullptr);
    ~Process() override;

    /// The name in the configuration; several instances share it and count from 0.
    [[nodiscard]] QString name() const { return m_name; }
    [[nodiscard]] int instance() const { return m_instance; }
    /// "settings" in the configuration, as they were at the launch.
    [[nodiscard]] QJsonObject settings() const { return m_settings; }

    /// What `ps`, `top` (15 characters there) and the dashboard show instead of the program.
    void setTitle(QAnyStringView title);
    [[nodiscard]] QString title() const { return m_title; }
    /// Whether the work is being done; may fall and rise. The first time the process becomes ready
    /// as its configuration says: by default once run() waits for the first time, with the mode
    /// "notify" by this call, with any other mode when a probe of the server succeeds.
    void setReady(bool ready = true);
    /// A line for people about what it is doing. Shown as it is; empty for nothing.
    void setStatus(QAnyStringView text);
    /// It has got something done: a job, a round. With "stalled_after_ms" in its configuration the
    /// process counts as stalled once it has not said so for that long, though its loop may turn.
    /// Cheap enough for a hot loop: a frame goes out a few times a second at most.
    void worked();

    /// The metric of this name, made when first asked for: letters, digits, _, : and ., at most
    /// 64, and at most 192 metrics, where each combination of \a labels counts. Changes are
    /// gathered and sent at most every 250 ms. In a hot loop keep what these return.
    [[nodiscard]] Gauge gauge(QAnyStringView name, const MetricLabels &labels = {});
    [[nodiscard]] Counter counter(QAnyStringView name, const MetricLabels &labels = {});
    /// \a bounds are those of its buckets, rising, at most 32: {5, 50, 500} counts the values up to
    /// 5, up to 50 and up to 500. They count when the metric is made.
    [[nodiscard]] Histogram histogram(
        QAnyStringView name, const MetricLabels &labels = {}, const QList<double> &bounds = {});
    /// Anything else worth showing, in place of the last one; sent along with the metrics.
    /// False, and the last one stays, for more than 16 KiB of JSON.
    bool report(const QJsonObject &report);

    [[nodiscard]] ServiceLink &service() { return m_service; }
    /// Sends \a payload to the service's own code. False, and it is not sent, when more than 256
    /// frames wait for a connection already, or for more than 64 KiB of JSON.
    [[nodiscard]] bool send(const QJsonObject &payload);
    /// What the service's own code answers to \a payload. Asks when called, waits when awaited.
    /// Throws RequestError where there is no answer, Stopped on a stop.
    [[nodiscard]] QCoro::Task<QJsonObject> ask(
        QJsonObject payload, std::chrono::milliseconds timeout = ServiceLink::defaultTimeout);
    /// Has \a handler, a function or coroutine of a (const QJsonObject &), answer what the service
    /// asks this process: with a QJsonObject. What it throws the service is told, a RequestError
    /// with its code and data. Several requests may be under way at once. Set it before the first
    /// await in run(): until then they wait.
    template <class Handler>
    void onRequest(Handler handler)
    {
        setRequestHandler(detail::requestHandler<QJsonObject>(std::move(handler)));
    }

public Q_SLOTS:
    /// Sends what was gathered of the metrics now.
    void flushMetrics();

Q_SIGNALS:
    /// The service's own code sent \a payload. What comes before the first await in run() waits.
    void messageReceived(const QJsonObject &payload);
    void titleChanged(const QString &title);

private:
    friend class ProcessHost;

    void setRequestHandler(RequestHandler<QJsonObject> handler);
    /// Messages and requests wait until release().
    void hold() { m_holds = true; }
    void release();
    void receive(const QJsonObject &frame);
    void metricsChanged();
    void followWelcome(const QJsonObject &welcome);
    void tellWorked();

    QString m_name;
    int m_instance;
    QJsonObject m_settings;
    ProcessLink &m_link;
    QString m_title;
    bool m_toldReady = false; ///< or that it is not
    ServiceLink m_service;
    std::unique_ptr<RequestResponder> m_responder;
    bool m_holds = false;
    QList<QJsonObject> m_held; ///< frames, oldest first
    std::unique_ptr<MetricStore> m_metrics;
    std::unique_ptr<Clock::Timer> m_metricsTimer;
    std::chrono::milliseconds m_metricsSent; ///< by the clock
    bool m_metricsDue = false; ///< changes wait for the timer
    std::unique_ptr<Clock::Timer> m_workedTimer;
    std::chrono::milliseconds m_workedPause; ///< 0: the server does not want to know
    bool m_hasWorked = false; ///< and has not told yet
};

} // namespace semper
