// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QList>
#include <QObject>

namespace semper {

class FrameConnection;
class Journal;
class Supervisor;
class SupervisedProcess;
class WatcherSession;
struct OutputBatch;

/// Everybody who watches, wherever the connection came from, and what they are told. Each frame is
/// encoded once, for all. Main thread.
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

private:
    void publishState(const SupervisedProcess &process);
    void publishMetrics(const SupervisedProcess &process);
    void publishEvent(const QJsonObject &event);
    void publishOutput(const OutputBatch &batch);
    void updateSampling();

    Supervisor &m_supervisor;
    Journal &m_journal;
    QList<WatcherSession *> m_sessions;
};

} // namespace semper
