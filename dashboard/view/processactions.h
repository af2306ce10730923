// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/servermirror.h"

#include <QAction>
#include <QObject>

class QMenu;

namespace semper::dashboard {

class ProcessTable;

/// What can be done with processes: the actions of toolbar and menu work on the selection, those
/// of a context menu on the processes that were selected when it opened.
class ProcessActions : public QObject
{
    Q_OBJECT
public:
    /// More than this many processes at once are asked for first, and so is a critical one.
    static constexpr qsizetype unaskedProcesses = 3;

    ProcessActions(ServerMirror *mirror, ProcessTable *table);

    [[nodiscard]] QAction *start() { return &m_start; }
    [[nodiscard]] QAction *stop() { return &m_stop; }
    [[nodiscard]] QAction *restart() { return &m_restart; }
    [[nodiscard]] QAction *undo() { return &m_undo; }
    [[nodiscard]] QAction *copy() { return &m_copy; }
    /// Switches the actions on and off: connection and selection decide.
    void refresh();

private:
    void setUp(QAction &action, const QString &icon, const QString &text, const QString &tip);
    void run(Action action, const ProcessIds &processes);
    [[nodiscard]] bool mayRun(Action action, const ProcessIds &processes);
    [[nodiscard]] bool isConfirmed(
        Action action, const ProcessIds &processes, const ProcessIds &critical);
    [[nodiscard]] QStringList namesOf(const ProcessIds &processes) const;
    void openMenu(const QPoint &position);
    void addTo(QMenu &menu, Action action, const QAction &like, const ProcessIds &processes);
    void copyRows();

    ServerMirror *m_mirror;
    ProcessTable *m_table;
    QAction m_start;
    QAction m_stop;
    QAction m_restart;
    QAction m_undo;
    QAction m_copy;
};

} // namespace semper::dashboard
