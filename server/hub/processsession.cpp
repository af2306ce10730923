// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/processsession.h"

#include "hub/hubconnection.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/version.h"
#include "spec/vocabulary.h"
#include "supervisor/supervisedprocess.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumStatusLength = 1024;
constexpr qsizetype maximumTitleLength = 256;
constexpr qsizetype maximumFaultLength = 4096;

QString textOf(const QJsonObject &frame, QLatin1StringView key, qsizetype limit)
{
    return frame.value(key).toString().left(limit);
}

Cause faultOf(const QJsonObject &frame)
{
    const QString what = textOf(frame, keys::what, maximumFaultLength);
    if (frame.value(keys::configuration).toBool())
        return cause::Configuration{.detail = what};
    return cause::Fault{.what = what};
}

/// 0 for one that need not tell of its work.
std::chrono::milliseconds workedInterval(const ProcessSpec &spec)
{
    return spec.stalledAfter ? StallWatch::intervalFor(*spec.stalledAfter)
                             : std::chrono::milliseconds(0);
}

std::optional<std::chrono::milliseconds> lagOf(const QJsonObject &heartbeat)
{
    const QJsonValue lag = heartbeat.value(keys::loopLagMs);
    if (!lag.isDouble())
        return std::nullopt;
    return std::chrono::milliseconds(std::clamp<qint64>(lag.toInteger(), 0, 86'400'000));
}

} // namespace

ProcessSession::ProcessSession(HubConnection *connection, SupervisedProcess *process)
    : QObject(connection)
    , m_connection(connection)
    , m_process(process)
{
    connect(connection, &HubConnection::frameReceived, this, &ProcessSession::take);
    connection->send(makeFrame(frames::welcome,
        {{keys::version, protocolVersion}, {keys::instance, process->instance()},
            {keys::settings, process->spec().settings},
            {keys::readyMode, readyModeName(process->spec().ready.mode)},
            {keys::heartbeatMs, qint64(process->heartbeat().interval().count())},
            {keys::workedMs, qint64(workedInterval(process->spec()).count())}}));
    process->heartbeat().received({});
}

void ProcessSession::requestStop(std::chrono::milliseconds limit)
{
    m_connection->send(makeFrame(frames::stop, {{keys::deadlineMs, qint64(limit.count())}}));
}

void ProcessSession::take(const QJsonObject &frame)
{
    if (!m_process)
        return;
    const QString type = frame.value(keys::type).toString();
    if (type == frames::heartbeat)
        m_process->heartbeat().received(lagOf(frame));
    else if (type == frames::metrics)
        m_process->setMetrics(frame);
    else if (type == frames::ready)
        m_process->reportReady(frame.value(keys::ready).toBool(true));
    else if (type == frames::status)
        m_process->setStatusText(textOf(frame, keys::text, maximumStatusLength));
    else if (type == frames::title)
        m_process->setTitle(textOf(frame, keys::text, maximumTitleLength));
    else if (type == frames::fault)
        m_process->handle(happening::FaultReported{faultOf(frame)});
    else if (type == frames::worked)
        m_process->worked();
    else if (type == frames::message)
        Q_EMIT messageReceived(frame.value(keys::payload).toObject());
    else if (type == frames::response)
        Q_EMIT answered(frame);
    else if (type == frames::request)
        Q_EMIT requested(frame.value(keys::id), frame.value(keys::method).toString(),
            frame.value(keys::params).toObject());
    else
        m_connection->fail(
            u"unknown_type"_s, u"a process sends no frame of type \"%1\""_s.arg(type.left(64)));
}

} // namespace semper
