// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/watchers.h"

#include "boundary/frameconnection.h"
#include "hub/eventreplay.h"
#include "hub/fittingobject.h"
#include "hub/watchersession.h"
#include "journal/journal.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/topics.h"
#include "supervisor/processview.h"
#include "supervisor/supervisor.h"

#include <QJsonArray>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr int maximumWatchers = 256;
constexpr auto waitingInterval = 100ms;
constexpr double statesPerSecond = 20;
constexpr double firstStates = 100;

} // namespace

Watchers::Watchers(Supervisor &supervisor, Journal &journal)
    : m_supervisor(supervisor)
    , m_journal(journal)
{
    connect(&supervisor, &Supervisor::processChanged, this,
        [this](const SupervisedProcess *process) { stateChanged(*process); });
    connect(&supervisor, &Supervisor::metricsChanged, this,
        [this](const SupervisedProcess *process) { metricsChanged(*process); });
    connect(&supervisor, &Supervisor::sampled, this,
        [this](const SupervisedProcess *process) { publishSample(*process); });
    connect(&supervisor, &Supervisor::listChanged, this, &Watchers::publishList);
    m_tellWaiting.setSingleShot(true);
    m_tellWaiting.setInterval(waitingInterval);
    connect(&m_tellWaiting, &QTimer::timeout, this, &Watchers::publishWaiting);
    connect(&supervisor.output(), &OutputCollector::batchReady, this, &Watchers::publishOutput);
    connect(&journal, &Journal::recorded, this,
        [this](const JournalEvent &event) { publishEvent(event, false); });
    connect(&journal, &Journal::stored, this, [this](const std::vector<JournalEvent> &events) {
        for (const JournalEvent &event : events)
            publishEvent(event, true);
    });
}

Watchers::~Watchers()
{
    // Their connections may outlive what they refer to.
    qDeleteAll(std::exchange(m_sessions, {}));
}

void Watchers::open(FrameConnection *connection)
{
    if (m_sessions.size() >= maximumWatchers)
        return connection->fail(
            u"too_many"_s, u"%1 watchers are connected already"_s.arg(maximumWatchers));
    auto *session = new WatcherSession(connection, m_supervisor, m_journal);
    m_sessions.append(session);
    connect(session, &WatcherSession::topicsChanged, this, &Watchers::updateSampling);
    connect(connection, &FrameConnection::closed, session, [this, session] {
        m_sessions.removeOne(session);
        updateSampling();
    });
    connect(session, &QObject::destroyed, this, [this, session] { m_sessions.removeOne(session); });
}

void Watchers::stateChanged(const SupervisedProcess &process)
{
    const Process key(process.name(), process.instance());
    auto budget = m_stateBudgets.find(key);
    if (budget == m_stateBudgets.end())
        budget = m_stateBudgets.insert(key, TokenBucket(statesPerSecond, firstStates));
    if (budget->take(std::chrono::steady_clock::now())) {
        m_waitingStates.remove(key);
        return publishState(process);
    }
    m_waitingStates.insert(key);
    if (!m_tellWaiting.isActive())
        m_tellWaiting.start();
}

void Watchers::metricsChanged(const SupervisedProcess &process)
{
    if (std::ranges::none_of(
            m_sessions, [](const auto *watcher) { return watcher->wants(topics::metrics); }))
        return;
    if (m_tellWaiting.isActive()) {
        m_waitingMetrics.insert({process.name(), process.instance()});
        return;
    }
    publishMetrics(process);
    m_tellWaiting.start();
}

void Watchers::publishWaiting()
{
    const auto states = std::exchange(m_waitingStates, {});
    for (const auto &[name, instance] : states)
        if (const SupervisedProcess *process = m_supervisor.find(name, instance))
            stateChanged(*process);
    const auto metrics = std::exchange(m_waitingMetrics, {});
    for (const auto &[name, instance] : metrics)
        if (const SupervisedProcess *process = m_supervisor.find(name, instance))
            publishMetrics(*process);
    if (!metrics.isEmpty())
        m_tellWaiting.start();
}

void Watchers::publishList()
{
    m_stateBudgets.clear();
    QList<std::pair<QSet<QString>, QByteArrayList>> snapshots; // by what was chosen
    for (WatcherSession *watcher : std::as_const(m_sessions)) {
        if (!watcher->wants(topics::state))
            continue;
        const auto isSame
            = [watcher](const auto &snapshot) { return snapshot.first == watcher->chosen(); };
        const auto same = std::find_if(snapshots.cbegin(), snapshots.cend(), isSame);
        const QByteArrayList parts = same == snapshots.cend() ? watcher->snapshot() : same->second;
        if (same == snapshots.cend())
            snapshots.append({watcher->chosen(), parts});
        // Behind the states that wait already, which may speak of a process that is gone.
        for (const QByteArray &part : parts)
            watcher->push(part);
    }
}

void Watchers::publishState(const SupervisedProcess &process)
{
    QByteArray frame; // encoded once, for all
    for (WatcherSession *watcher : std::as_const(m_sessions)) {
        if (!watcher->wants(topics::state) || !watcher->wantsProcess(process.name()))
            continue;
        if (frame.isEmpty())
            frame = encodeFrame(
                makeFrame(frames::state, {{keys::process, fittingObject(statusOf(process))}}));
        watcher->push(frame);
    }
}

void Watchers::publishLast(const SupervisedProcess &process)
{
    if (m_waitingMetrics.remove({process.name(), process.instance()}))
        publishMetrics(process);
}

void Watchers::publishMetrics(const SupervisedProcess &process)
{
    publishMeasured(
        process, WatcherQueue::Measured::Metrics, [&process] { return metricsFrameOf(process); });
}

void Watchers::publishSample(const SupervisedProcess &process)
{
    publishMeasured(
        process, WatcherQueue::Measured::Sample, [&process] { return sampleFrameOf(process); });
}

void Watchers::publishMeasured(const SupervisedProcess &process, WatcherQueue::Measured kind,
    const std::function<QJsonObject()> &make)
{
    QByteArray frame; // encoded once, for all
    for (WatcherSession *watcher : std::as_const(m_sessions)) {
        if (!watcher->wants(topics::metrics) || !watcher->wantsProcess(process.name()))
            continue;
        if (frame.isEmpty()) {
            const QJsonObject json = make();
            if (json.isEmpty())
                return;
            frame = encodeFrame(json);
        }
        watcher->pushNewest({process.name(), process.instance()}, kind, frame);
    }
}

void Watchers::publishEvent(const JournalEvent &event, bool durable)
{
    QByteArray frame; // put together once, for all
    for (WatcherSession *watcher : std::as_const(m_sessions)) {
        if (!watcher->wantsEvent(event, durable))
            continue;
        if (frame.isEmpty())
            frame = eventFrame(event.toJson(durable));
        watcher->pushEvent(event.subject, frame);
    }
}

void Watchers::publishOutput(const OutputBatch &batch)
{
    QJsonObject frame = makeFrame(frames::log,
        {{keys::process, batch.process}, {keys::instance, batch.instance},
            {keys::at, wireTime(QDateTime::currentDateTimeUtc())}});
    if (batch.dropped > 0)
        frame.insert(keys::dropped, batch.dropped);
    QByteArrayList encoded;
    for (WatcherSession *watcher : std::as_const(m_sessions)) {
        if (!watcher->wants(topics::log) || !watcher->wantsProcess(batch.process))
            continue;
        if (encoded.isEmpty())
            for (const QJsonObject &part :
                splitFrame(frame, keys::lines, QJsonArray::fromStringList(batch.lines)))
                encoded.append(encodeFrame(part));
        for (const QByteArray &part : std::as_const(encoded))
            watcher->push(part);
    }
}

void Watchers::updateSampling()
{
    QSet<QString> names;
    for (const WatcherSession *watcher : std::as_const(m_sessions))
        if (watcher->wants(topics::metrics))
            names.unite(watcher->chosen());
    if (names.isEmpty())
        return m_supervisor.setSampled({});
    m_supervisor.setSampled(
        [names](const QString &name) { return names.contains(u"*"_s) || names.contains(name); });
}

} // namespace semper
