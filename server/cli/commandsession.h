// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cli/commandexit.h"
#include "watch/serverwatch.h"

#include <QDeadlineTimer>
#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QMap>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>
#include <variant>

namespace semper {

class CommandLine;

/// A command's talk with a server. Its calls run the event loop until they are done. After a
/// failure nothing more is to be called.
class CommandSession
{
public:
    explicit CommandSession(const QString &socketPath);

    /// Finds the server that \a line is for, connects and takes the first snapshot; waits for 5 s
    /// at most. Otherwise the exit that findServer() tells, or why there is no server: exit code 3,
    /// or 4 where it may not be reached.
    [[nodiscard]] static std::variant<std::unique_ptr<CommandSession>, CommandExit> open(
        const CommandLine &line);

    /// Has the server accept \a action for each of \a selectors, and takes a snapshot of
    /// afterwards. Waits for 5 s at most. Nothing, or why not, of each that was refused; the others
    /// are carried out all the same. \a parameters: {"signal": "HUP"}, {"instances": 4}.
    [[nodiscard]] std::optional<CommandExit> command(
        const QString &action, const QStringList &selectors, const QJsonObject &parameters = {});
    /// Has the server do \a action, which is for no process. Waits for 30 s at most.
    [[nodiscard]] std::variant<CommandAnswer, CommandExit> ask(
        const QString &action, const QJsonObject &parameters);
    /// Runs until \a condition holds, which is asked after each frame. False when \a deadline came
    /// first; nothing when the server is gone.
    [[nodiscard]] std::optional<bool> runUntil(
        const std::function<bool()> &condition, QDeadlineTimer deadline);
    /// How the connection ended: exit code 3, or 4 where the server said so.
    [[nodiscard]] CommandExit loss() const;

    /// By name, then instance.
    [[nodiscard]] QList<ProcessStatus> processes() const { return m_processes.values(); }
    [[nodiscard]] std::optional<ProcessStatus> process(const ProcessId &id) const;
    [[nodiscard]] const QJsonObject &server() const { return m_watch.server(); }
    /// The names of processes that were scaled to none.
    [[nodiscard]] QStringList namesWithoutInstances() const;

private:
    [[nodiscard]] std::optional<CommandExit> awaitSnapshot();
    /// \a what is named where no answer comes.
    [[nodiscard]] std::variant<CommandAnswer, CommandExit> awaitAnswer(
        qint64 id, const QString &what, std::chrono::seconds limit);

    ServerWatch m_watch;
    QMap<ProcessId, ProcessStatus> m_processes;
    QHash<qint64, CommandAnswer> m_answers; ///< by the command's id
    int m_snapshots = 0;
};

} // namespace semper
