// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/hubsession.h"

#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/topics.h"

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper::dashboard {

namespace {

constexpr int eventsOfBefore = 5000; ///< the newest in the journal; the window holds no more

ProcessId processOf(const QJsonObject &frame)
{
    return {frame.value(keys::process).toString(), frame.value(keys::instance).toInt()};
}

} // namespace

HubSession::HubSession(const QString &socketPath, QObject *parent)
    : QObject(parent)
    , m_client(socketPath, HubClient::Reconnect::Forever)
{
    connect(&m_client, &HubClient::opened, this, &HubSession::greet);
    connect(&m_client, &HubClient::frameReceived, this, &HubSession::read);
    connect(&m_client, &HubClient::closed, this, &HubSession::lose);
    connect(&m_silenceCheck, &QTimer::timeout, this, &HubSession::checkSilence);
}

void HubSession::reconnect()
{
    if (m_client.isConnected())
        m_client.close();
    m_client.open();
}

std::chrono::milliseconds HubSession::age() const
{
    return std::chrono::milliseconds(m_lastFrame.isValid() ? m_lastFrame.elapsed() : 0);
}

qint64 HubSession::sendCommand(Action action, const ProcessId &process)
{
    const qint64 id = m_lastCommand + 1;
    if (!isLive()
        || !m_client.send(makeFrame(frames::command,
            {{keys::id, id}, {keys::action, toString(action)},
                {keys::process, process.selector()}})))
        return 0;
    m_lastCommand = id;
    return id;
}

void HubSession::greet()
{
    m_parts.clear();
    m_refusal.clear();
    m_asked = false;
    m_client.send(makeFrame(frames::hello, {{keys::role, u"watcher"_s}}));
    subscribe(true);
}

void HubSession::subscribe(bool withHistory)
{
    QJsonObject frame = makeFrame(frames::subscribe,
        {{keys::topics,
             QJsonArray{QString(topics::state), QString(topics::metrics), QString(topics::events),
                 QString(topics::log)}},
            {keys::processes, QJsonArray{u"*"_s}}});
    if (withHistory)
        frame.insert(keys::limit, eventsOfBefore);
    m_client.send(frame);
}

void HubSession::read(const QJsonObject &frame)
{
    m_lastFrame.start();
    m_asked = false;
    const QString type = frame.value(keys::type).toString();
    if (type == frames::error) {
        m_refusal = frame.value(keys::detail).toString(frame.value(keys::code).toString());
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
    else if (type == frames::log) {
        QStringList lines;
        for (const QJsonValue &line : frame.value(keys::lines).toArray())
            lines.append(line.toString());
        Q_EMIT linesReceived(processOf(frame), fromWireTime(frame.value(keys::at)), lines,
            frame.value(keys::dropped).toInt());
    }
    if (m_state == State::Silent)
        setState(State::Live);
}

void HubSession::readSnapshot(const QJsonObject &frame)
{
    if (frame.value(keys::part).toInt(1) == 1)
        m_parts.clear();
    for (const QJsonValue &process : frame.value(keys::processes).toArray())
        m_parts.append(ProcessStatus::fromJson(process.toObject()));
    if (!frame.value(keys::last).toBool(true))
        return;
    m_server = frame.value(keys::server).toObject();
    m_problem.clear();
    Q_EMIT snapshotReceived(std::exchange(m_parts, {}), frame.value(keys::missed).toInt());
    m_silenceCheck.start(1s);
    setState(State::Live);
}

void HubSession::readResult(const QJsonObject &frame)
{
    const qint64 id = frame.value(keys::id).toInteger();
    if (frame.value(keys::ok).toBool()) {
        Q_EMIT answered(id, {});
        return;
    }
    const QJsonObject error = frame.value(keys::error).toObject();
    const QString code = error.value(keys::code).toString(u"unknown_error"_s);
    const QString detail = error.value(keys::detail).toString();
    Q_EMIT answered(id, detail.isEmpty() ? code : detail);
}

void HubSession::lose(const QString &reason)
{
    m_silenceCheck.stop();
    m_problem = m_refusal.isEmpty() ? reason : m_refusal;
    setState(m_state == State::Connecting ? State::Connecting : State::Lost);
}

void HubSession::checkSilence()
{
    if (age() < silenceLimit || !m_client.isConnected())
        return;
    if (!std::exchange(m_asked, true)) {
        subscribe(false); // answered with a snapshot, even where nothing runs
    } else if (age() >= 2 * silenceLimit && m_state == State::Live) {
        m_problem = tr("the server does not answer");
        setState(State::Silent);
    }
}

void HubSession::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

} // namespace semper::dashboard
