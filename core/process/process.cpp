// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/process.h>

#include <semper/processlink.h>
#include <semper/requesterror.h>

#include "process/metricstore.h"
#include "process/requestresponder.h"
#include "protocol/connectionkeys.h"
#include "protocol/frame.h"
#include "protocol/messagekeys.h"

#include <QLoggingCategory>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logProcess, "semper.process", QtInfoMsg)

constexpr auto metricsPause = 250ms;
constexpr auto defaultWorkedPause = 250ms; ///< in a test, without a welcome
constexpr qsizetype maximumTextLength = 4096;

} // namespace

Process::Process(QString name, int instance, QJsonObject settings, ProcessLink &link, Clock &clock,
    QObject *parent)
    : TaskScope(clock, parent)
    , m_name(std::move(name))
    , m_instance(instance)
    , m_settings(std::move(settings))
    , m_link(link)
    , m_title(m_name)
    , m_service(*this, link)
    , m_responder(std::make_unique<RequestResponder>(link))
    , m_metrics(std::make_unique<MetricStore>([this] { metricsChanged(); }))
    , m_metricsTimer(clock.timer([this] { flushMetrics(); }))
    , m_metricsSent(clock.now() - metricsPause)
    , m_workedTimer(clock.timer([this] { tellWorked(); }))
    , m_workedPause(defaultWorkedPause)
{
    setObjectName(u"%1:%2"_s.arg(m_name).arg(m_instance));
    connect(&link, &ProcessLink::frameReceived, this, &Process::receive);
}

Process::~Process() = default;

void Process::setTitle(QAnyStringView title)
{
    checkThread("Process::setTitle()");
    m_title = title.toString().left(maximumTextLength).simplified();
    static_cast<void>(m_link.send(makeFrame(frames::title, {{keys::text, m_title}})));
    Q_EMIT titleChanged(m_title);
}

void Process::setReady(bool ready)
{
    checkThread("Process::setReady()");
    m_toldReady = true;
    static_cast<void>(m_link.send(makeFrame(frames::ready, {{keys::ready, ready}})));
}

void Process::setStatus(QAnyStringView text)
{
    checkThread("Process::setStatus()");
    const QString shown = text.toString().left(maximumTextLength).simplified();
    static_cast<void>(m_link.send(makeFrame(frames::status, {{keys::text, shown}})));
}

void Process::worked()
{
    checkThread("Process::worked()");
    if (m_hasWorked || m_workedPause == 0ms)
        return;
    m_hasWorked = true;
    if (!m_workedTimer->isActive())
        tellWorked();
}

void Process::tellWorked()
{
    if (!std::exchange(m_hasWorked, false))
        return;
    static_cast<void>(m_link.send(makeFrame(frames::worked)));
    m_workedTimer->start(m_workedPause);
}

Gauge Process::gauge(QAnyStringView name, const MetricLabels &labels)
{
    checkThread("Process::gauge()");
    return m_metrics->gauge(name, labels);
}

Counter Process::counter(QAnyStringView name, const MetricLabels &labels)
{
    checkThread("Process::counter()");
    return m_metrics->counter(name, labels);
}

Histogram Process::histogram(
    QAnyStringView name, const MetricLabels &labels, const QList<double> &bounds)
{
    checkThread("Process::histogram()");
    return m_metrics->histogram(name, labels, bounds);
}

bool Process::report(const QJsonObject &report)
{
    checkThread("Process::report()");
    return m_metrics->setReport(report);
}

bool Process::send(const QJsonObject &payload)
{
    checkThread("Process::send()");
    const QJsonObject frame = makeFrame(frames::message, {{keys::payload, payload}});
    if (const qsizetype size = encodeFrame(frame).size(); size > maximumFrameBytes) {
        qCWarning(logProcess, "a message of %lld bytes was not sent: a frame has at most %lld",
            qint64(size), qint64(maximumFrameBytes));
        return false;
    }
    return m_link.send(frame);
}

QCoro::Task<QJsonObject> Process::ask(QJsonObject payload, std::chrono::milliseconds timeout)
{
    QJsonObject params;
    params.insert(keys::payload, payload);
    const QJsonArray answer = co_await m_service.request(methods::askService, params, timeout);
    if (answer.size() != 1 || !answer.at(0).isObject())
        throw RequestError(
            RequestError::Reason::BadAnswer, u"what the service sent is no answer"_s);
    co_return answer.at(0).toObject();
}

void Process::setRequestHandler(RequestHandler<QJsonObject> handler)
{
    checkThread("Process::onRequest()");
    m_responder->setHandler(std::move(handler));
}

void Process::release()
{
    m_holds = false;
    const QList<QJsonObject> held = std::exchange(m_held, {});
    for (const QJsonObject &frame : held)
        receive(frame);
}

void Process::flushMetrics()
{
    if (!std::exchange(m_metricsDue, false))
        return;
    m_metricsTimer->stop();
    m_metricsSent = clock().now();
    static_cast<void>(m_link.send(makeFrame(frames::metrics, m_metrics->toJson())));
}

void Process::metricsChanged()
{
    if (!std::exchange(m_metricsDue, true))
        m_metricsTimer->start(std::max(0ms, m_metricsSent + metricsPause - clock().now()));
}

void Process::receive(const QJsonObject &frame)
{
    const QString type = frame.value(keys::type).toString();
    const bool isHeld = m_holds && (type == frames::message || type == frames::request);
    if (isHeld)
        m_held.append(frame);
    else if (type == frames::message)
        Q_EMIT messageReceived(frame.value(keys::payload).toObject());
    else if (type == frames::request)
        m_responder->receive(frame);
    else if (type == frames::response)
        m_service.receive(frame);
    else if (type == frames::connections)
        m_service.receiveChanges(frame);
    else if (type == frames::welcome) // again: of the first one the host made this process
        followWelcome(frame);
}

void Process::followWelcome(const QJsonObject &welcome)
{
    m_workedPause = std::chrono::milliseconds(welcome.value(keys::workedMs).toInteger(0));
    m_hasWorked = false;
    m_service.watchAgain();
}

} // namespace semper
