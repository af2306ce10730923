// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/servermirror.h"

#include "protocol/keys.h"

#include <QFileInfo>

using namespace std::chrono_literals;

namespace semper::dashboard {

namespace {

constexpr auto silenceLimit = 4s; ///< a watched server measures once a second

} // namespace

ServerMirror::ServerMirror(QObject *parent)
    : QObject(parent)
    , m_commands(&m_processes)
{ }

ServerMirror::~ServerMirror()
{
    m_commands.setWatch(nullptr);
}

void ServerMirror::connectTo(const QString &socketPath)
{
    disconnectFromServer();
    m_watch = std::make_unique<ServerWatch>(socketPath,
        WatchOptions{.topics = {topics::state, topics::metrics, topics::events, topics::log},
            .reconnect = HubClient::Reconnect::Forever,
            .pastEvents = true,
            .silenceLimit = silenceLimit});
    ServerWatch *watch = m_watch.get();
    connect(watch, &ServerWatch::snapshotReceived, this, &ServerMirror::takeSnapshot);
    connect(watch, &ServerWatch::processChanged, &m_processes, &ProcessModel::applyState);
    connect(watch, &ServerWatch::metricsReceived, &m_processes, &ProcessModel::applyMetrics);
    connect(watch, &ServerWatch::eventReceived, this, &ServerMirror::takeEvent);
    connect(watch, &ServerWatch::linesReceived, this, &ServerMirror::takeLines);
    connect(watch, &ServerWatch::stateChanged, this, &ServerMirror::followConnection);
    m_commands.setWatch(watch);
    watch->open();
    Q_EMIT connectionChanged();
}

void ServerMirror::disconnectFromServer()
{
    m_commands.setWatch(nullptr);
    m_watch.reset();
    m_hasSnapshot = false;
    m_liveSince = {};
    m_processes.applySnapshot({});
    m_processes.setStale(false);
    m_events.clear();
    m_output.clear();
    Q_EMIT connectionChanged();
}

QString ServerMirror::serverName() const
{
    if (!m_watch)
        return {};
    const QString node = m_watch->server().value(keys::node).toString();
    return node.isEmpty() ? QFileInfo(m_watch->socketPath()).completeBaseName() : node;
}

void ServerMirror::takeSnapshot(const QList<ProcessStatus> &processes)
{
    m_processes.applySnapshot(processes);
    m_hasSnapshot = true;
    Q_EMIT snapshotTaken();
}

void ServerMirror::takeEvent(const QJsonObject &json)
{
    const Event event = Event::fromJson(json);
    m_events.add(event);
    m_processes.applyEvent(event);
    // Of earlier exits the output is not at hand; a mark without it would stand at a wrong place.
    if (event.isExit() && m_liveSince.isValid() && event.at >= m_liveSince)
        m_output.mark(event.process, event.at.toMSecsSinceEpoch(), event.describe());
}

void ServerMirror::takeLines(
    const ProcessId &process, const QDateTime &at, const QStringList &lines, int dropped)
{
    const QDateTime time = at.isValid() ? at : QDateTime::currentDateTimeUtc();
    m_output.append(process, time.toMSecsSinceEpoch(), lines, dropped);
}

void ServerMirror::followConnection()
{
    const bool live = m_watch->isLive();
    if (live && !m_liveSince.isValid())
        m_liveSince = QDateTime::currentDateTimeUtc();
    if (!live && m_liveSince.isValid()) {
        m_liveSince = {};
        m_output.markAll(QDateTime::currentMSecsSinceEpoch(),
            tr("connection lost; output from here on is missing until it is back"));
    }
    m_processes.setStale(m_hasSnapshot && !live);
    Q_EMIT connectionChanged();
}

} // namespace semper::dashboard
