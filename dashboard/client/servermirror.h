// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/processcommands.h"
#include "model/eventmodel.h"
#include "model/outputstore.h"
#include "model/processmodel.h"

#include <QDateTime>
#include <QObject>

#include <memory>

namespace semper::dashboard {

/// All that the dashboard knows of one server, and the conversation that keeps it true.
class ServerMirror : public QObject
{
    Q_OBJECT
public:
    explicit ServerMirror(QObject *parent = nullptr);
    ~ServerMirror() override;

    /// Forgets the server before, if it was another one.
    void connectTo(const QString &socketPath);
    void disconnectFromServer();

    [[nodiscard]] ProcessModel &processes() { return m_processes; }
    [[nodiscard]] EventModel &events() { return m_events; }
    [[nodiscard]] OutputStore &output() { return m_output; }
    [[nodiscard]] ProcessCommands &commands() { return m_commands; }
    /// Null for none.
    [[nodiscard]] ServerWatch *watch() const { return m_watch.get(); }
    [[nodiscard]] bool isLive() const { return m_watch && m_watch->isLive(); }
    /// Whether there is anything to show, stale or not.
    [[nodiscard]] bool hasSnapshot() const { return m_hasSnapshot; }
    /// The server's name; of its socket until it said it.
    [[nodiscard]] QString serverName() const;

Q_SIGNALS:
    /// Connected, lost, or another server.
    void connectionChanged();
    void snapshotTaken();

private:
    void takeSnapshot(const QList<ProcessStatus> &processes);
    void takeEvent(const QJsonObject &json);
    void takeLines(
        const ProcessId &process, const QDateTime &at, const QStringList &lines, int dropped);
    void followConnection();

    ProcessModel m_processes;
    EventModel m_events;
    OutputStore m_output;
    ProcessCommands m_commands;
    std::unique_ptr<ServerWatch> m_watch;
    QDateTime m_liveSince; ///< events before it are history, replayed
    bool m_hasSnapshot = false;
};

} // namespace semper::dashboard
