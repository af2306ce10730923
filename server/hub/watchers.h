// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hub/watcherqueue.h"
#include "supervision/tokenbucket.h"

#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QSet>
#include <QString>
#include <QTimer>

#include <functional>
#include <utility>

namespace semper {

class FrameConnection;
class Journal;
struct JournalEvent;
class Supervisor;
class SupervisedProcess;
class WatcherSession;
struct OutputBatch;

/// Everybody who watches, wherever the connection came from, and what they are told. Each frame is
/// encoded once, for all. Of a process that tells of itself too often only the newest is encoded:
/// its metrics ten times in a second, its state twenty times after a first hundred. Supervision's
/// thread.
class Watchers : public QObject
{
    Q_OBJECT
public:
    /// Both outlive it.
    Watchers(Supervisor &supervisor, Journal &journal);
    ~Watchers() override;

    /// Makes the peer of \a connection, who has proved that it may, a watcher until the connection
    /// closes. One too many is told so and closed.
    void open(FrameConnection *connection);
    /// The launch of \a process is over, and has said its last word: that goes out before its end.
    void publishLast(const SupervisedProcess &process);

private:
    using Process = std::pair<QString, int>; ///< name and instance

    void stateChanged(const SupervisedProcess &process);
    void metricsChanged(const SupervisedProcess &process);
    void publishList();
    void publishWaiting();
    void publishState(const SupervisedProcess &process);
    void publishMetrics(const SupervisedProcess &process);
    void publishSample(const SupervisedProcess &process);
    void publishMeasured(const SupervisedProcess &process, WatcherQueue::Measured kind,
        const std::function<QJsonObject()> &make);
    void publishEvent(const JournalEvent &event, bool durable);
    void publishOutput(const OutputBatch &batch);
    void updateSampling();

    Supervisor &m_supervisor;
    Journal &m_journal;
    QList<WatcherSession *> m_sessions;
    QHash<Process, TokenBucket> m_stateBudgets; ///< of those that changed
    QSet<Process> m_waitingStates; ///< changed, and not told yet
    QSet<Process> m_waitingMetrics; ///< likewise
    QTimer m_tellWaiting; ///< runs for a while after metrics were told too
};

} // namespace semper
