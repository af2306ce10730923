// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/watchersession.h"

#include "boundary/frameconnection.h"
#include "hub/eventreplay.h"
#include "hub/fittingobject.h"
#include "journal/journal.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/topics.h"
#include "protocol/version.h"
#include "supervisor/processview.h"
#include "supervisor/supervisor.h"

#include <QJsonArray>
#include <QPointer>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 enough = FrameConnection::enoughWaiting; ///< the rest waits in the queue
constexpr qint64 mostAhead = 4 * 1024 * 1024; ///< bytes; who has them to read asks for no more
constexpr qsizetype maximumNames = 4096;
constexpr int replayedAtOnce = 500;
constexpr int mostNewest = 10'000;

bool isKnownTopic(const QString &topic)
{
    return topic == topics::state || topic == topics::metrics || topic == topics::events
        || topic == topics::log;
}

} // namespace

WatcherSession::WatcherSession(
    FrameConnection *connection, Supervisor &supervisor, Journal &journal)
    : QObject(connection)
    , m_connection(connection)
    , m_supervisor(supervisor)
    , m_journal(journal)
{
    connect(connection, &FrameConnection::frameReceived, this, &WatcherSession::take);
    connect(connection, &FrameConnection::relieved, this, &WatcherSession::pump);
    connection->send(makeFrame(frames::welcome, {{keys::version, protocolVersion}}));
}

bool WatcherSession::wantsProcess(const QString &name) const
{
    return m_processes.contains(u"*"_s) || m_processes.contains(name);
}

void WatcherSession::push(const QByteArray &frame)
{
    m_queue.push(frame);
    pump();
}

void WatcherSession::pushNewest(
    const WatcherQueue::Process &process, WatcherQueue::Measured kind, const QByteArray &frame)
{
    m_queue.pushNewest(process, kind, frame);
    pump();
}

bool WatcherSession::wantsEvent(const JournalEvent &event, bool durable) const
{
    const QString &process = event.subject.first;
    return wants(topics::events) && (m_wantsDurable || !durable)
        && (process.isEmpty() || wantsProcess(process))
        && (m_types.isEmpty() || m_types.contains(event.type));
}

void WatcherSession::pushEvent(const WatcherQueue::Process &process, const QByteArray &frame)
{
    if (m_replay)
        return m_replay->hold(process, frame);
    m_queue.settle(process);
    push(frame);
}

void WatcherSession::pump()
{
    while (m_connection->bytesToWrite() < enough) {
        const qint64 missed = m_ahead.isEmpty() ? m_queue.takeMissed() : 0;
        if (missed > 0)
            queueSnapshot(missed);
        if (!m_ahead.isEmpty()) {
            const QByteArray frame = m_ahead.dequeue();
            m_aheadBytes -= frame.size();
            m_connection->write(frame);
            continue;
        }
        if (m_replay)
            m_replay->next();
        const auto frame = m_queue.take();
        if (!frame)
            return;
        m_connection->write(*frame);
    }
}

void WatcherSession::take(const QJsonObject &frame)
{
    const QString type = frame.value(keys::type).toString();
    if (type == frames::subscribe)
        subscribe(frame);
    else if (type == frames::command)
        command(frame);
    else
        m_connection->fail(
            u"unknown_type"_s, u"a watcher sends no frame of type \"%1\""_s.arg(type.left(64)));
}

void WatcherSession::subscribe(const QJsonObject &frame)
{
    if (m_aheadBytes > mostAhead)
        return m_connection->fail(u"too_slow"_s, u"what was asked for before is not read"_s);
    const QJsonArray names = frame.contains(keys::processes)
        ? frame.value(keys::processes).toArray()
        : QJsonArray{u"*"_s};
    QSet<QString> topics;
    for (const QJsonValue &topic : frame.value(keys::topics).toArray()) {
        if (!isKnownTopic(topic.toString()))
            return m_connection->fail(
                u"unknown_topic"_s, u"no topic \"%1\""_s.arg(topic.toString().left(64)));
        topics.insert(topic.toString());
    }
    m_topics = topics;
    m_processes.clear();
    for (const QJsonValue &name : names)
        if (m_processes.size() < maximumNames)
            m_processes.insert(name.toString());

    m_types.clear();
    for (const QJsonValue &type : frame.value(keys::types).toArray())
        if (m_types.size() < maximumNames)
            m_types.insert(type.toString());
    m_wantsDurable = frame.value(keys::durable).toBool();

    queueSnapshot(0);
    if (wants(topics::metrics))
        sendAllMeasured();
    if (wants(topics::events))
        replay(frame);
    pump();
    Q_EMIT topicsChanged();
}

QByteArrayList WatcherSession::snapshot(qint64 missed) const
{
    QJsonObject frame = makeFrame(frames::snapshot, {{keys::server, m_supervisor.serverObject()}});
    if (missed > 0)
        frame.insert(keys::missed, missed);
    QJsonArray processes;
    for (const ProcessStatus &status : m_supervisor.processes())
        if (wantsProcess(status.name))
            processes.append(fittingObject(status));
    QByteArrayList parts;
    for (const QJsonObject &part : splitFrame(frame, keys::processes, processes))
        parts.append(encodeFrame(part));
    return parts;
}

void WatcherSession::queueSnapshot(qint64 missed)
{
    for (const QByteArray &part : snapshot(missed))
        sendAhead(part);
}

// Not through the queue, which a long snapshot or replay alone could overflow, and not all at once,
// for which the connection would be cut off.
void WatcherSession::sendAhead(const QByteArray &frame)
{
    m_aheadBytes += frame.size();
    m_ahead.enqueue(frame);
}

std::optional<EventQuery> WatcherSession::replayQuery(const QJsonObject &frame) const
{
    const QJsonValue since = frame.value(keys::since);
    if (!frame.contains(keys::after) && !frame.contains(keys::limit) && since.isUndefined())
        return std::nullopt;
    EventQuery query{.after = frame.value(keys::after).toInteger(),
        .limit = frame.value(keys::limit).toInt(replayedAtOnce),
        .newest = frame.contains(keys::limit),
        .serverToo = true,
        .types = m_types.values(),
        .since = fromWireTime(since)};
    query.limit = std::clamp(query.limit, 1, mostNewest);
    if (!m_processes.contains(u"*"_s))
        query.processes = m_processes.values();
    return query;
}

void WatcherSession::replay(const QJsonObject &frame)
{
    const auto query = replayQuery(frame);
    if (!query)
        return;
    delete std::exchange(m_replay, nullptr);
    m_replay = new EventReplay(m_journal, *query, this);
    connect(m_replay, &EventReplay::found, this, [this](const QByteArrayList &frames) {
        for (const QByteArray &it : frames)
            sendAhead(it);
        pump();
    });
    connect(m_replay, &EventReplay::finished, this, &WatcherSession::endReplay);
}

void WatcherSession::endReplay(qint64 lastId, bool isPartial)
{
    sendAhead(encodeFrame(
        makeFrame(frames::replayed, {{keys::lastId, lastId}, {keys::partial, isPartial}})));
    EventReplay *over = std::exchange(m_replay, nullptr);
    for (const auto &[process, frame] : over->held())
        pushEvent(process, frame);
    over->deleteLater();
    pump();
}

// The snapshot before it had them all sampled.
void WatcherSession::sendAllMeasured()
{
    using enum WatcherQueue::Measured;
    for (const SupervisedProcess *process : m_supervisor.all()) {
        if (!wantsProcess(process->name()) || process->pid() <= 0)
            continue;
        const WatcherQueue::Process key(process->name(), process->instance());
        if (const QJsonObject frame = metricsFrameOf(*process); !frame.isEmpty())
            m_queue.pushNewest(key, Metrics, encodeFrame(frame));
        m_queue.pushNewest(key, Sample, encodeFrame(sampleFrameOf(*process)));
    }
}

CommandResult WatcherSession::carryOut(
    const QString &word, const QString &selector, const QJsonObject &frame)
{
    const auto action = commandActionFromString(word);
    if (!action)
        return CommandError{
            .code = u"unknown_action"_s, .detail = u"no action \"%1\""_s.arg(word.left(64))};
    const auto command
        = SupervisionCommand::read(*action, selector, frame, m_connection->peerName());
    if (const auto *error = std::get_if<CommandError>(&command))
        return *error;
    return m_supervisor.command(std::get<SupervisionCommand>(command));
}

void WatcherSession::reload(const QJsonObject &frame)
{
    const auto request = ReloadRequest::read(frame, m_connection->peerName());
    const auto answer
        = [self = QPointer(this), id = frame.value(keys::id)](const ReloadResult &result) {
              if (self)
                  self->answerReload(id, result);
          };
    if (const auto *refusal = std::get_if<ReloadRefusal>(&request))
        answer(*refusal);
    else
        m_supervisor.reload(std::get<ReloadRequest>(request), answer);
}

void WatcherSession::answerReload(const QJsonValue &id, const ReloadResult &result)
{
    QJsonObject answer = makeFrame(frames::result, {{keys::id, id}});
    QList<QJsonObject> parts;
    if (const auto *refusal = std::get_if<ReloadRefusal>(&result)) {
        answer.insert(
            keys::error, QJsonObject{{keys::code, refusal->code}, {keys::detail, refusal->detail}});
        parts = splitFrame(answer, keys::errors, toJson(refusal->errors));
    } else {
        const auto &report = std::get<ReloadReport>(result);
        answer.insert(keys::ok, true);
        answer.insert(keys::unchanged, report.unchanged());
        if (report.event != 0)
            answer.insert(keys::event, report.event);
        parts = splitFrame(answer, keys::changes, toJson(report));
    }
    for (const QJsonObject &part : std::as_const(parts))
        m_connection->send(part);
}

void WatcherSession::command(const QJsonObject &frame)
{
    if (frame.value(keys::action) == "reload"_L1)
        return reload(frame);
    QJsonObject answer = makeFrame(frames::result, {{keys::id, frame.value(keys::id)}});
    const QString word = frame.value(keys::action).toString();
    QString selector = frame.value(keys::process).toString();
    if (const QJsonValue instance = frame.value(keys::instance); instance.isDouble())
        selector += u':' + QString::number(instance.toInt(-1));
    const CommandResult result = carryOut(word, selector, frame);
    if (const auto *error = std::get_if<CommandError>(&result)) {
        answer.insert(
            keys::error, QJsonObject{{keys::code, error->code}, {keys::detail, error->detail}});
    } else {
        answer.insert(keys::ok, true);
        answer.insert(keys::event, std::get<qint64>(result));
    }
    m_connection->send(answer);
}

} // namespace semper
