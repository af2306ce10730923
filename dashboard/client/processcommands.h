// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "model/intent.h"
#include "model/processmodel.h"

#include "watch/serverwatch.h"

#include <QHash>
#include <QObject>
#include <QTimer>

namespace semper::dashboard {

/// Sends what the person asks for and follows it to its end: the rows show the intent until the
/// server confirms or refuses. A stop can be taken back for undoTime.
class ProcessCommands : public QObject
{
    Q_OBJECT
public:
    static constexpr std::chrono::seconds undoTime{8};
    /// A refusal stays in its row this long.
    static constexpr std::chrono::seconds problemTime{15};

    explicit ProcessCommands(ProcessModel *model, QObject *parent = nullptr);

    /// The server that commands go to; null for none.
    void setWatch(ServerWatch *watch);

    void run(Action action, const ProcessIds &processes);
    /// Starts again what the last stop stopped. Nothing after undoTime.
    void undo();

    [[nodiscard]] const ProcessIds &undoable() const { return m_undoable; }
    [[nodiscard]] std::chrono::milliseconds undoTimeLeft() const;

Q_SIGNALS:
    /// What undo() would start again changed.
    void undoableChanged();

private:
    void finish(qint64 command, const CommandAnswer &answer);
    void refuse(Action action, const ProcessId &process, const QString &problem);
    void setUndoable(const ProcessIds &processes);

    struct Pending
    {
        Action action;
        ProcessId process;
    };

    ProcessModel *m_model;
    ServerWatch *m_watch = nullptr;
    QHash<qint64, Pending> m_pending;
    ProcessIds m_undoable;
    QTimer m_undoTimer;
};

} // namespace semper::dashboard
