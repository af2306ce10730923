// SPDX-License-Identifier: LGPL-3.0-or-later
#include "watch/serverwatch.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QJsonArray>

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr int eventsOfBefore = 5000; ///< the newest that the journal has

ProcessId processOf(const QJsonObject &frame)
{
    return {frame.value(keys::process).toString(), frame.value(keys::instance).toInt()};
}

Refusal refusalOf(const QJsonObject &error)
{
    const QString code = error.value(keys::code).toString(u"unknown_error"_s);
    const QString detail = error.value(keys::detail).toString();
    return {.code = code, .detail = detail.isEmpty() ? code : detail};
}

/// \a part with the items of those \a before it in front of its own.
QJsonObject joined(const QJsonObject &before, QJsonObject part)
{
    for (const QLatin1StringView list : {keys::processes, keys::changes, keys::errors}) {
        QJsonArray items = before.value(list).toArray();
        for (const QJsonValue &item : part.value(list).toArray())
            items.append(item);
        if (part.contains(list))
            part.insert(list, items);
    }
    return part;
}

} // namespace

ServerWatch::ServerWatch(const QString &socketPath, WatchOptions options, QObject *parent)
    : QObject(parent)
    , m_client(socketPath, options.reconnect)
    , m_options(std::move(options))
{
    m_silenceCheck.setInterval(m_options.silenceLimit / 4);
    connect(&m_client, &HubClient::opened, this, &ServerWatch::greet);
    connect(&m_client, &HubClient::frameReceived, this, &ServerWatch::read);
    connect(&m_client, &HubClient::closed, this, &ServerWatch::lose);
    connect(&m_silenceCheck, &QTimer::timeout, this, &ServerWatch::checkSilence);
}

void ServerWatch::reconnect()
{
    if (m_client.isConnected())
        m_client.close();
    m_client.open();
}

void ServerWatch::refresh()
{
    subscribe(false);
}

qint64 ServerWatch::command(
    const QString &action, const QString &selector, const QJsonObject &parameters)
{
    QJsonObject frame = makeFrame(frames::command, parameters);
    frame.insert(keys::id, m_lastCommand + 1);
    frame.insert(keys::action, action);
    if (!selector.isEmpty())
        frame.insert(keys::process, selector);
    return isLive() && m_client.send(frame) ? ++m_lastCommand : 0;
}

std::chrono::milliseconds ServerWatch::age() const
{
    return std::chrono::milliseconds(m_lastFrame.isValid() ? m_lastFrame.elapsed() : 0);
}

void ServerWatch::greet()
{
    m_parts.clear();
    m_asked = false;
    m_client.send(makeFrame(frames::hello, {{keys::role, roles::watcher}}));
    subscribe(m_options.pastEvents);
}

void ServerWatch::subscribe(bool withPastEvents)
{
    QJsonObject frame = makeFrame(
        frames::subscribe, {{keys::topics, QJsonArray::fromStringList(m_options.topics)}});
    if (withPastEvents)
        frame.insert(keys::limit, eventsOfBefore);
    m_client.send(frame);
}

void ServerWatch::read(const QJsonObject &frame)
{
    m_lastFrame.start();
    m_asked = false;
    const QString type = frame.value(keys::type).toString();
    if (type == frames::error) {
        m_refusal = refusalOf(frame);
        return;
    }
    if (type == frames::snapshot)
        readSnapshot(frame);
    else if (type == frames::result)
        readResult(frame);
    else if (type == frames::state)
        Q_EMIT processChanged(ProcessStatus::fromJson(frame.value(keys::process).toObject()));
    else if (type == frames::metrics || type == frames::sample)
        Q_EMIT metricsReceived(processOf(frame), frame);
    else if (type == frames::event)
        Q_EMIT eventReceived(frame.value(keys::event).toObject());
    else if (type == frames::log)
        Q_EMIT linesReceived(processOf(frame), fromWireTime(frame.value(keys::at)),
            frame.value(keys::lines).toVariant().toStringList(),
            frame.value(keys::dropped).toInt());
    if (m_state == State::Silent)
        setState(State::Live);
}

void ServerWatch::readSnapshot(const QJsonObject &frame)
{
    const auto snapshot = assemble(frame);
    if (!snapshot)
        return;
    QList<ProcessStatus> processes;
    for (const QJsonValue &process : snapshot->value(keys::processes).toArray())
        processes.append(ProcessStatus::fromJson(process.toObject()));
    m_server = snapshot->value(keys::server).toObject();
    m_problem.clear();
    m_refusalCode.clear();
    Q_EMIT snapshotReceived(processes);
    if (m_options.silenceLimit > 0ms)
        m_silenceCheck.start();
    setState(State::Live);
}

void ServerWatch::readResult(const QJsonObject &frame)
{
    const auto result = assemble(frame);
    if (!result)
        return;
    CommandAnswer answer{.result = *result, .refusal = {}};
    if (!result->value(keys::ok).toBool())
        answer.refusal = refusalOf(result->value(keys::error).toObject());
    Q_EMIT answered(result->value(keys::id).toInteger(), answer);
}

/// What splitFrame() has split, once its last part is there.
std::optional<QJsonObject> ServerWatch::assemble(const QJsonObject &part)
{
    const qint64 id = part.value(keys::id).toInteger();
    QJsonObject before = m_parts.take(id);
    if (part.value(keys::part).toInt(1) == 1)
        before = {}; // a snapshot that another one cut short
    const QJsonObject whole = joined(before, part);
    if (part.value(keys::last).toBool(true))
        return whole;
    m_parts.insert(id, whole);
    return std::nullopt;
}

void ServerWatch::lose(const QString &reason)
{
    m_silenceCheck.stop();
    const auto refusal = std::exchange(m_refusal, std::nullopt);
    m_problem = refusal ? refusal->detail : reason;
    m_refusalCode = refusal ? refusal->code : QString();
    setState(m_state == State::Connecting ? State::Connecting : State::Lost);
}

void ServerWatch::checkSilence()
{
    if (age() < m_options.silenceLimit || !m_client.isConnected())
        return;
    if (!std::exchange(m_asked, true))
        refresh(); // answered with a snapshot, even where nothing runs
    else if (age() >= 2 * m_options.silenceLimit && m_state == State::Live)
        setState(State::Silent);
}

void ServerWatch::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

} // namespace semper
