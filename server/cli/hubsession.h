// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "cli/commandexit.h"
#include "protocol/hubclient.h"
#include "protocol/processstatus.h"

#include <QDeadlineTimer>
#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QObject>
#include <QString>
#include <QStringList>

#include <functional>
#include <optional>
#include <utility>
#include <variant>

namespace semper {

/// A command's talk with a server, as a watcher of states. Its calls run the event loop until
/// they are done: for the command line only. After a failure nothing more is to be called.
class SEMPER_SERVER_EXPORT HubSession : public QObject
{
    Q_OBJECT
public:
    explicit HubSession(const QString &socketPath);

    /// Connects, says hello and takes the first snapshot; waits for 5 s at most. Nothing, or why
    /// there is no server: exit code 3, or 4 where it may not be reached.
    [[nodiscard]] std::optional<CommandExit> open();
    /// Has the server accept \a action for each of \a selectors, and takes a snapshot of
    /// afterwards. Waits for 5 s at most. Nothing, or why not, of each that was refused; the others
    /// are carried out all the same. \a parameters: {"signal": "HUP"}, {"instances": 4}.
    [[nodiscard]] std::optional<CommandExit> command(
        const QString &action, const QStringList &selectors, const QJsonObject &parameters = {});
    /// Has the server do \a action, which is for no process, and returns its "result" frame, the
    /// parts put together. Waits for 30 s at most.
    [[nodiscard]] std::variant<QJsonObject, CommandExit> ask(
        const QString &action, const QJsonObject &parameters);
    /// Runs until \a condition holds, which is asked after each frame. False when \a deadline came
    /// first; nothing when the server is gone.
    [[nodiscard]] std::optional<bool> runUntil(
        const std::function<bool()> &condition, QDeadlineTimer deadline);
    /// How the connection ended: exit code 3, or 4 where the server said so.
    [[nodiscard]] CommandExit loss() const;

    /// By name, then instance.
    [[nodiscard]] QList<ProcessStatus> processes() const { return m_processes.values(); }
    [[nodiscard]] std::optional<ProcessStatus> process(const QString &name, int instance) const;
    [[nodiscard]] QJsonObject server() const { return m_server; }
    /// The names of processes that were scaled to none.
    [[nodiscard]] QStringList namesWithoutInstances() const;

private:
    [[nodiscard]] std::optional<CommandExit> awaitResult(qint64 id, const QString &selector);

    using Key = std::pair<QString, int>;

    void take(const QJsonObject &frame);
    void takeSnapshot(const QJsonObject &frame);
    void takeResult(const QJsonObject &frame);
    void subscribe();
    /// Waits for the \a number-th snapshot since the beginning.
    [[nodiscard]] std::optional<CommandExit> awaitSnapshot(int number);

    HubClient m_client;
    QMap<Key, ProcessStatus> m_processes;
    QMap<Key, ProcessStatus> m_coming; ///< parts of a snapshot that is not complete
    QJsonObject m_server;
    QHash<qint64, QJsonObject> m_results; ///< by the command's id
    QHash<qint64, QJsonObject> m_comingResults; ///< parts of those that are not complete
    QJsonObject m_error; ///< the frame with which the server closed
    std::optional<QString> m_closed; ///< why, once it is
    qint64 m_lastId = 0;
    int m_snapshots = 0; ///< complete ones
};

} // namespace semper
