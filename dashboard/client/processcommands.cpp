// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/processcommands.h"

namespace semper::dashboard {

ProcessCommands::ProcessCommands(ProcessModel *model, QObject *parent)
    : QObject(parent)
    , m_model(model)
{
    m_undoTimer.setSingleShot(true);
    m_undoTimer.setInterval(undoTime);
    connect(&m_undoTimer, &QTimer::timeout, this, [this] { setUndoable({}); });
}

void ProcessCommands::setWatch(ServerWatch *watch)
{
    m_watch = watch;
    m_pending.clear();
    setUndoable({});
    if (watch == nullptr)
        return;
    connect(watch, &ServerWatch::answered, this, &ProcessCommands::finish);
    connect(watch, &ServerWatch::stateChanged, this, [this, watch] {
        if (watch->isLive())
            return;
        m_pending.clear(); // nobody will answer
        setUndoable({});
    });
}

void ProcessCommands::run(Action action, const ProcessIds &processes)
{
    ProcessIds undoable = action == Action::Stop ? ProcessIds() : m_undoable;
    for (const ProcessId &process : processes) {
        const ProcessRow *row = m_model->find(process);
        if (row == nullptr)
            continue;
        const bool wasUp = row->status().wanted == Wanted::Up;
        const qint64 command
            = m_watch == nullptr ? 0 : m_watch->command(toString(action), process.selector());
        if (command == 0) {
            refuse(action, process, tr("not connected"));
            continue;
        }
        m_pending.insert(command, {action, process});
        m_model->setIntent(process,
            {.action = action, .since = Intent::Clock::now(), .pidBefore = {}, .accepted = false});
        if (action != Action::Stop)
            undoable.removeAll(process);
        else if (wasUp)
            undoable.append(process);
    }
    m_model->flush();
    setUndoable(undoable);
}

void ProcessCommands::undo()
{
    const ProcessIds processes = m_undoable;
    if (!processes.isEmpty())
        run(Action::Start, processes);
}

std::chrono::milliseconds ProcessCommands::undoTimeLeft() const
{
    return std::max(std::chrono::milliseconds(0), m_undoTimer.remainingTimeAsDuration());
}

void ProcessCommands::finish(qint64 command, const CommandAnswer &answer)
{
    const auto it = m_pending.constFind(command);
    if (it == m_pending.cend())
        return;
    const Pending pending = *it;
    m_pending.erase(it);
    if (!answer.refusal) {
        m_model->acceptIntent(pending.process);
        return;
    }
    refuse(pending.action, pending.process, answer.refusal->detail);
    ProcessIds left = m_undoable;
    if (pending.action == Action::Stop && left.removeAll(pending.process) > 0)
        setUndoable(left);
}

void ProcessCommands::refuse(Action action, const ProcessId &process, const QString &problem)
{
    const QString text = tr("%1 failed: %2").arg(actionName(action), problem);
    m_model->setCommandProblem(process, text);
    QTimer::singleShot(problemTime, this, [this, process, text] {
        const ProcessRow *row = m_model->find(process);
        if (row != nullptr && row->commandProblem() == text)
            m_model->setCommandProblem(process, {});
    });
}

void ProcessCommands::setUndoable(const ProcessIds &processes)
{
    if (m_undoable == processes)
        return;
    m_undoable = processes;
    if (processes.isEmpty())
        m_undoTimer.stop();
    else
        m_undoTimer.start();
    Q_EMIT undoableChanged();
}

} // namespace semper::dashboard
