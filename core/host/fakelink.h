// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/connection.h>
#include <semper/metrics.h>
#include <semper/processlink.h>
#include <semper/semper_core_export.h>

#include <QAnyStringView>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QString>

#include <chrono>
#include <functional>
#include <optional>

namespace semper {

/// A histogram as it was sent.
struct SentHistogram
{
    qint64 count = 0;
    double sum = 0;
    double min = 0;
    double max = 0;
    QMap<double, qint64> buckets = {}; ///< how many values are not above the bound
};

/// The server's side of a process, for tests: keeps what the process sends, and plays the
/// service's part. See FakeClock for an example.
class SEMPER_CORE_EXPORT FakeLink : public ProcessLink
{
    Q_OBJECT
public:
    explicit FakeLink(QObject *parent = nullptr);
    ~FakeLink() override;

    /// What service().connections() is answered with, by rising ids. Without it: none.
    void setConnections(QList<Connection> connections) { m_connections = std::move(connections); }
    /// Somebody comes to the service, or goes: the process is told as if it watched.
    void openConnection(const Connection &connection);
    void closeConnection(quint64 id) { static_cast<void>(close(id)); }
    /// Whether requests are answered at all; if not, they time out.
    void setAnswers(bool answers) { m_answers = answers; }
    /// Whether messages and requests are taken; if not, it is as if too many waited already.
    void setTakesMore(bool takes) { m_takesMore = takes; }
    /// The service's own code sends \a payload: Process::messageReceived.
    void sendMessage(const QJsonObject &payload);
    /// What Process::ask() is answered with: what it returns, or the RequestError that it throws.
    /// Without it: RequestError, Unhandled.
    void setServiceHandler(std::function<QJsonObject(const QJsonObject &payload)> handler)
    {
        m_serviceHandler = std::move(handler);
    }
    /// The service's own code asks the process. Returns the number for answer().
    qint64 ask(const QJsonObject &payload);
    /// What the process answered; a frame with "result" or "error". Nothing: not yet.
    [[nodiscard]] std::optional<QJsonObject> answer(qint64 request) const;
    /// Any frame arrives, in this call.
    void receive(const QJsonObject &frame) { Q_EMIT frameReceived(frame); }

    /// The frames of \a type ("title", "status", "ready", "metrics", "message", "request") that
    /// the process sent, oldest first.
    [[nodiscard]] QList<QJsonObject> sent(QAnyStringView type) const;
    /// The newest setStatus(), and whether the newest setReady() said so. A host calls that by
    /// itself; a test has no host.
    [[nodiscard]] QString status() const;
    [[nodiscard]] bool isReady() const;
    /// What the process sent to its service, oldest first.
    [[nodiscard]] QList<QJsonObject> messages() const;
    /// The metric's value in the newest frame; nothing where the name is not in it. Metrics are
    /// sent 0 to 250 ms after a change: let the clock advance.
    [[nodiscard]] std::optional<double> gauge(
        QAnyStringView name, const MetricLabels &labels = {}) const;
    [[nodiscard]] std::optional<double> counter(
        QAnyStringView name, const MetricLabels &labels = {}) const;
    [[nodiscard]] std::optional<SentHistogram> histogram(
        QAnyStringView name, const MetricLabels &labels = {}) const;

    void open() override;
    [[nodiscard]] bool send(const QJsonObject &frame) override;
    void flush(std::chrono::milliseconds limit) override;

private:
    void answer(const QJsonObject &request);
    void answerAsService(const QJsonObject &request);
    bool close(quint64 id);
    [[nodiscard]] QJsonValue metric(
        QLatin1StringView kind, QAnyStringView name, const MetricLabels &labels) const;

    QList<Connection> m_connections;
    QList<QJsonObject> m_sent;
    std::function<QJsonObject(const QJsonObject &)> m_serviceHandler;
    qint64 m_lastRequest = 0;
    bool m_answers = true;
    bool m_takesMore = true;
};

} // namespace semper
