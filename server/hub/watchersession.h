// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/supervision.h"
#include "hub/watcherqueue.h"
#include "journal/eventquery.h"

#include <QByteArrayList>
#include <QJsonObject>
#include <QObject>
#include <QQueue>
#include <QSet>
#include <QString>

#include <optional>

namespace semper {

class EventReplay;
class FrameConnection;
class Journal;
class Supervisor;
class SupervisedProcess;

/// The hub's side of a watcher: its subscription, what waits for it, and its commands. A watcher
/// that reads slowly slows nobody. Ends with its connection.
class WatcherSession : public QObject
{
    Q_OBJECT
public:
    /// Sends the welcome. A child of \a connection.
    WatcherSession(FrameConnection *connection, Supervisor &supervisor, Journal &journal);

    [[nodiscard]] bool wants(QLatin1StringView topic) const { return m_topics.contains(topic); }
    [[nodiscard]] bool wantsProcess(const QString &name) const;
    /// The names it asked for; "*" stands for all.
    [[nodiscard]] const QSet<QString> &chosen() const { return m_processes; }
    /// All that it asked for, as the encoded parts of a "snapshot"; \a missed frames were dropped.
    [[nodiscard]] QByteArrayList snapshot(qint64 missed = 0) const;
    /// An encoded "snapshot", "state", "event" or "log" frame.
    void push(const QByteArray &frame);
    /// An encoded "metrics" or "sample" frame of \a process; one that waits for it goes.
    void pushNewest(
        const WatcherQueue::Process &process, WatcherQueue::Measured kind, const QByteArray &frame);
    /// Whether it is to be told of \a event; a second time, once that is \a durable, only who asked
    /// for that.
    [[nodiscard]] bool wantsEvent(const JournalEvent &event, bool durable) const;
    /// An encoded "event" frame, after all that was measured of \a process.
    void pushEvent(const WatcherQueue::Process &process, const QByteArray &frame);

Q_SIGNALS:
    void topicsChanged();

private:
    void take(const QJsonObject &frame);
    void subscribe(const QJsonObject &frame);
    void command(const QJsonObject &frame);
    void reload(const QJsonObject &frame);
    void answerReload(const QJsonValue &id, const ReloadResult &result);
    [[nodiscard]] CommandResult carryOut(
        const QString &word, const QString &selector, const QJsonObject &frame);
    void queueSnapshot(qint64 missed);
    [[nodiscard]] std::optional<EventQuery> replayQuery(const QJsonObject &frame) const;
    void replay(const QJsonObject &frame);
    void endReplay(qint64 lastId, bool isPartial);
    void sendAllMeasured();
    void sendAhead(const QByteArray &frame);
    void pump();

    FrameConnection *m_connection;
    Supervisor &m_supervisor;
    Journal &m_journal;
    WatcherQueue m_queue;
    QQueue<QByteArray> m_ahead; ///< of the queue: what was asked for
    qint64 m_aheadBytes = 0;
    QSet<QString> m_topics;
    QSet<QString> m_processes;
    QSet<QString> m_types; ///< of events; none: all
    bool m_wantsDurable = false;
    EventReplay *m_replay = nullptr; ///< while there is one
};

} // namespace semper
