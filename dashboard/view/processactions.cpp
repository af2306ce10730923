// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/processactions.h"

#include "view/processtable.h"
#include "view/tintedicon.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

ProcessActions::ProcessActions(ServerMirror *mirror, ProcessTable *table)
    : QObject(table)
    , m_mirror(mirror)
    , m_table(table)
{
    setUp(m_start, u"start"_s, tr("&Start"), tr("Start the selected processes now"));
    setUp(m_stop, u"stop"_s, tr("S&top"), tr("Stop the selected processes"));
    setUp(m_restart, u"restart"_s, tr("&Restart"), tr("Restart the selected processes"));
    setUp(m_undo, u"undo"_s, tr("&Undo stop"), tr("Start again what was just stopped"));
    setUp(m_copy, u"copy"_s, tr("&Copy rows"),
        tr("Copy the selected rows, columns separated by tabs"));
    m_restart.setShortcut(Qt::CTRL | Qt::Key_R);
    m_undo.setShortcut(QKeySequence::Undo);
    m_stop.setShortcut(Qt::Key_Delete);
    m_copy.setShortcut(QKeySequence::Copy);
    // In the output, in a line of text, these keys have a meaning of their own.
    for (QAction *action : {&m_stop, &m_copy}) {
        action->setShortcutContext(Qt::WidgetShortcut);
        table->addAction(action);
    }
    connect(&m_start, &QAction::triggered, this,
        [this] { run(Action::Start, m_table->selectedProcesses()); });
    connect(&m_stop, &QAction::triggered, this,
        [this] { run(Action::Stop, m_table->selectedProcesses()); });
    connect(&m_restart, &QAction::triggered, this,
        [this] { run(Action::Restart, m_table->selectedProcesses()); });
    connect(&m_undo, &QAction::triggered, &mirror->commands(), &ProcessCommands::undo);
    connect(&m_copy, &QAction::triggered, this, &ProcessActions::copyRows);
    connect(table, &ProcessTable::selectionMoved, this, &ProcessActions::refresh);
    connect(table, &QWidget::customContextMenuRequested, this, &ProcessActions::openMenu);
    connect(mirror, &ServerMirror::connectionChanged, this, &ProcessActions::refresh);
    connect(&mirror->commands(), &ProcessCommands::undoableChanged, this, &ProcessActions::refresh);
    refresh();
}

void ProcessActions::refresh()
{
    const bool possible = m_mirror->isLive() && m_table->selectionModel()->hasSelection();
    m_start.setEnabled(possible);
    m_stop.setEnabled(possible);
    m_restart.setEnabled(possible);
    m_copy.setEnabled(m_table->selectionModel()->hasSelection());
    m_undo.setEnabled(m_mirror->isLive() && !m_mirror->commands().undoable().isEmpty());
}

void ProcessActions::setUp(
    QAction &action, const QString &icon, const QString &text, const QString &tip)
{
    action.setIcon(tintedIcon(icon));
    action.setText(text);
    action.setToolTip(tip);
    action.setStatusTip(tip);
}

void ProcessActions::run(Action action, const ProcessIds &processes)
{
    if (!m_mirror->isLive() || processes.isEmpty() || !mayRun(action, processes))
        return;
    m_mirror->commands().run(action, processes);
}

bool ProcessActions::mayRun(Action action, const ProcessIds &processes)
{
    if (action == Action::Start)
        return true;
    ProcessIds critical = processes;
    critical.removeIf([this](const ProcessId &process) {
        const ProcessRow *row = m_mirror->processes().find(process);
        return row == nullptr || !row->status().critical;
    });
    if (critical.isEmpty() && processes.size() <= unaskedProcesses)
        return true;
    return isConfirmed(action, processes, critical);
}

bool ProcessActions::isConfirmed(
    Action action, const ProcessIds &processes, const ProcessIds &critical)
{
    m_table->setHeld(true);
    QMessageBox question(QMessageBox::Question, QGuiApplication::applicationDisplayName(),
        action == Action::Stop ? tr("Stop %n process(es)?", nullptr, int(processes.size()))
                               : tr("Restart %n process(es)?", nullptr, int(processes.size())),
        QMessageBox::Cancel, m_table);
    QString names = namesOf(processes).join(u", "_s);
    if (!critical.isEmpty())
        names += u'\n'
            + (processes.size() == 1 ? tr("It is critical.")
                                     : tr("Critical: %1").arg(namesOf(critical).join(u", "_s)));
    question.setInformativeText(names);
    for (QLabel *label : question.findChildren<QLabel *>())
        label->setTextFormat(Qt::PlainText);
    const QAbstractButton *yes = question.addButton(actionName(action), QMessageBox::AcceptRole);
    question.exec();
    m_table->setHeld(false);
    return question.clickedButton() == yes;
}

/// The first of them, and a sign that there are more.
QStringList ProcessActions::namesOf(const ProcessIds &processes) const
{
    QStringList names;
    for (const ProcessId &process : processes.first(std::min<qsizetype>(processes.size(), 12)))
        names.append(m_mirror->processes().displayName(process));
    if (processes.size() > names.size())
        names.append(u"…"_s);
    return names;
}

void ProcessActions::openMenu(const QPoint &position)
{
    const ProcessIds processes = m_table->selectedProcesses();
    if (processes.isEmpty())
        return;
    m_table->setHeld(true);
    auto *menu = new QMenu(m_table);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    connect(menu, &QObject::destroyed, m_table, [table = m_table] { table->setHeld(false); });
    addTo(*menu, Action::Start, m_start, processes);
    addTo(*menu, Action::Stop, m_stop, processes);
    addTo(*menu, Action::Restart, m_restart, processes);
    menu->addSeparator();
    menu->addAction(&m_copy);
    menu->popup(m_table->viewport()->mapToGlobal(position));
}

void ProcessActions::addTo(
    QMenu &menu, Action action, const QAction &like, const ProcessIds &processes)
{
    QAction *entry = menu.addAction(
        like.icon(), like.text(), this, [this, action, processes] { run(action, processes); });
    entry->setEnabled(like.isEnabled());
}

void ProcessActions::copyRows()
{
    QGuiApplication::clipboard()->setText(m_table->selectionAsText());
}

} // namespace semper::dashboard
