// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/fakelink.h>

#include <semper/requesterror.h>

#include "process/metricseries.h"
#include "protocol/connectionkeys.h"
#include "protocol/frame.h"
#include "protocol/messagekeys.h"

#include <QJsonArray>

#include <algorithm>
#include <utility>

namespace semper {

FakeLink::FakeLink(QObject *parent)
    : ProcessLink(parent)
{ }

FakeLink::~FakeLink() = default;

void FakeLink::sendMessage(const QJsonObject &payload)
{
    receive(makeFrame(frames::message, {{keys::payload, payload}}));
}

qint64 FakeLink::ask(const QJsonObject &payload)
{
    receive(makeFrame(frames::request,
        {{keys::id, ++m_lastRequest}, {keys::method, methods::askProcess},
            {keys::params, QJsonObject{{keys::payload, payload}}}}));
    return m_lastRequest;
}

std::optional<QJsonObject> FakeLink::answer(qint64 request) const
{
    for (const QJsonObject &frame : sent(QString(frames::response)))
        if (frame.value(keys::id).toInteger() == request)
            return frame;
    return std::nullopt;
}

QList<QJsonObject> FakeLink::sent(QAnyStringView type) const
{
    QList<QJsonObject> found;
    for (const QJsonObject &frame : m_sent) {
        if (frame.value(keys::type).toString() == type)
            found.append(frame);
    }
    return found;
}

QList<QJsonObject> FakeLink::messages() const
{
    QList<QJsonObject> payloads;
    for (const QJsonObject &frame : sent(QString(frames::message)))
        payloads.append(frame.value(keys::payload).toObject());
    return payloads;
}

QString FakeLink::status() const
{
    const QList<QJsonObject> all = sent(QString(frames::status));
    return all.isEmpty() ? QString() : all.last().value(keys::text).toString();
}

bool FakeLink::isReady() const
{
    const QList<QJsonObject> all = sent(QString(frames::ready));
    return !all.isEmpty() && all.last().value(keys::ready).toBool();
}

std::optional<double> FakeLink::gauge(QAnyStringView name, const MetricLabels &labels) const
{
    const QJsonValue value = metric(keys::gauges, name, labels);
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

std::optional<double> FakeLink::counter(QAnyStringView name, const MetricLabels &labels) const
{
    const QJsonValue value = metric(keys::counters, name, labels);
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}

std::optional<SentHistogram> FakeLink::histogram(
    QAnyStringView name, const MetricLabels &labels) const
{
    const QJsonValue value = metric(keys::histograms, name, labels);
    if (!value.isObject())
        return std::nullopt;
    SentHistogram histogram{.count = value[keys::count].toInteger(),
        .sum = value[keys::sum].toDouble(),
        .min = value[keys::min].toDouble(),
        .max = value[keys::max].toDouble()};
    for (const QJsonValue &bucket : value[keys::buckets].toArray())
        histogram.buckets.insert(bucket[0].toDouble(), bucket[1].toInteger());
    return histogram;
}

void FakeLink::open()
{
    receive(makeFrame(frames::welcome));
}

bool FakeLink::send(const QJsonObject &frame)
{
    const QString type = frame.value(keys::type).toString();
    if (!m_takesMore && (type == frames::message || type == frames::request))
        return false;
    m_sent.append(frame);
    if (m_answers && type == frames::request)
        QMetaObject::invokeMethod(
            this, [this, frame] { answer(frame); }, Qt::QueuedConnection);
    return true;
}

void FakeLink::flush(std::chrono::milliseconds) { }

void FakeLink::answerAsService(const QJsonObject &request)
{
    QJsonObject response = makeFrame(frames::response, {{keys::id, request.value(keys::id)}});
    const QJsonValue payload = request.value(keys::params)[keys::payload];
    try {
        if (!m_serviceHandler)
            throw RequestError(codes::noHandler, QStringLiteral("none"));
        response.insert(keys::result, m_serviceHandler(payload.toObject()));
    } catch (const RequestError &error) {
        response.insert(keys::error, error.toWire());
    }
    receive(response);
}

void FakeLink::answer(const QJsonObject &request)
{
    if (request.value(keys::method) == methods::askService)
        return answerAsService(request);
    QJsonObject response = makeFrame(frames::response);
    response.insert(keys::id, request.value(keys::id));
    const QJsonObject params = request.value(keys::params).toObject();
    const qint64 after = params.value(keys::after).toInteger(-1);
    const auto limit = params.value(keys::limit).toInteger(m_connections.size());
    const QString method = request.value(keys::method).toString();
    QJsonArray items;
    for (const Connection &connection : std::as_const(m_connections))
        if (method == methods::connections && qint64(connection.id) > after && items.size() < limit)
            items.append(connection.toJson());
    if (method == methods::closeConnection)
        items.append(close(quint64(params.value(keys::id).toInteger())));
    for (const QJsonObject &part : splitFrame(response, keys::result, items))
        receive(part);
}

void FakeLink::openConnection(const Connection &connection)
{
    m_connections.append(connection);
    receive(makeFrame(frames::connections, {{keys::opened, QJsonArray{connection.toJson()}}}));
}

bool FakeLink::close(quint64 id)
{
    const auto it = std::ranges::find(std::as_const(m_connections), id, &Connection::id);
    if (it == m_connections.cend())
        return false;
    const QJsonObject gone = it->toJson();
    m_connections.erase(it);
    receive(makeFrame(frames::connections, {{keys::closed, QJsonArray{gone}}}));
    return true;
}

QJsonValue FakeLink::metric(
    QLatin1StringView kind, QAnyStringView name, const MetricLabels &labels) const
{
    const QList<QJsonObject> all = sent(QString(frames::metrics));
    const auto series = seriesName(name, labels);
    if (all.isEmpty() || !series)
        return QJsonValue::Undefined;
    return all.last().value(kind).toObject().value(*series);
}

} // namespace semper
