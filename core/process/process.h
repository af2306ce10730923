// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/clock.h>
#include <semper/futurerequest.h>
#include <semper/metrics.h>
#include <semper/requesthandler.h>
#include <semper/semper_core_export.h>
#include <semper/servicelink.h>
#include <semper/sleeprequest.h>
#include <semper/stopped.h>

#include <QFuture>
#include <QJsonObject>
#include <QObject>
#include <QString>
#include <QStringView>

#include <chrono>
#include <list>
#include <memory>

namespace semper {

class MetricStore;
class ProcessLink;
class RequestResponder;
class Suspension;

/// What a user process has of the world around it: its name and settings, its metrics, its
/// service, and the wish of others that it stop. Main thread only; no call blocks.
class SEMPER_CORE_EXPORT Process : public QObject
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
    void setTitle(QStringView title);
    [[nodiscard]] QString title() const { return m_title; }
    /// Whether the work is being done; may fall and rise. The first time the process becomes ready
    /// as its configuration says: by default as soon as it runs, with the mode "notify" by this
    /// call, with any other mode when a probe of the server succeeds.
    void setReady(bool ready = true);
    /// A line for people about what it is doing. Shown as it is; empty for nothing.
    void setStatus(QStringView text);

    /// Waits without blocking: `co_await process.sleep(3s)`. A stop ends it at once, as if its
    /// time had come; begun after a stop it throws Stopped.
    [[nodiscard]] SleepRequest sleep(std::chrono::milliseconds duration);
    /// Waits for work on another thread: `co_await process.result(future)` is what it returned, or
    /// throws what it threw. A stop throws Stopped here and leaves the work to itself.
    template <class T>
    [[nodiscard]] FutureRequest<T> result(QFuture<T> future)
    {
        return {*this, std::move(future)};
    }
    /// The server, or SIGTERM, asked for an end. It never falls again.
    [[nodiscard]] bool stopRequested() const { return m_stopRequested; }

    /// The metric of this name, made when first asked for: letters, digits, _, : and ., at most
    /// 64, and at most 192 metrics. Changes are gathered and sent at most every 250 ms.
    [[nodiscard]] Gauge gauge(QStringView name);
    [[nodiscard]] Counter counter(QStringView name);
    [[nodiscard]] Histogram histogram(QStringView name);
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
    /// asks this process: with a QJsonObject. What it throws the service is told. Several requests
    /// may be under way at once. Set it before the first await in run(): until then they wait.
    template <class Handler>
    void onRequest(Handler handler)
    {
        setRequestHandler(detail::requestHandler<QJsonObject>(std::move(handler)));
    }

    [[nodiscard]] Clock &clock() const { return m_clock; }

public Q_SLOTS:
    /// Asks run() to end, as the server's stop does. Nothing is resumed inside this call.
    void requestStop();
    /// Sends what was gathered of the metrics now.
    void flushMetrics();

Q_SIGNALS:
    /// Once, right after stopRequested() became true.
    void stopping();
    /// The service's own code sent \a payload. What comes before the first await in run() waits.
    void messageReceived(const QJsonObject &payload);
    void titleChanged(const QString &title);

private:
    friend class ProcessHost;
    friend class Suspension;

    void setRequestHandler(RequestHandler<QJsonObject> handler);
    /// Messages and requests wait until release().
    void hold() { m_holds = true; }
    void release();
    void receive(const QJsonObject &frame);
    void metricsChanged();

    QString m_name;
    int m_instance;
    QJsonObject m_settings;
    ProcessLink &m_link;
    Clock &m_clock;
    QString m_title;
    bool m_stopRequested = false;
    ServiceLink m_service;
    std::unique_ptr<RequestResponder> m_responder;
    bool m_holds = false;
    QList<QJsonObject> m_held; ///< frames, oldest first
    std::unique_ptr<MetricStore> m_metrics;
    std::unique_ptr<Clock::Timer> m_metricsTimer;
    std::chrono::milliseconds m_metricsSent; ///< by the clock
    bool m_metricsDue = false; ///< changes wait for the timer
    std::list<Suspension *> m_suspended; ///< oldest first
};

} // namespace semper
