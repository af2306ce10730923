// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/rollingrestart.h"

#include "supervisor/supervisedprocess.h"

#include <algorithm>
#include <utility>

namespace semper {

namespace {

/// It is meant to be up, and to come back if it is not.
bool isMissing(const SupervisedProcess *process)
{
    if (!process)
        return false;
    const MachineState &state = process->state();
    return state.wanted() == Wanted::Up && !state.isReady() && state.phase() != ProcessPhase::Done;
}

} // namespace

RollingRestart::RollingRestart(
    const QList<SupervisedProcess *> &processes, QString by, QObject *parent)
    : QObject(parent)
    , m_by(std::move(by))
{
    for (SupervisedProcess *process : processes) {
        m_all.append(process);
        m_left.append({process, process->state().wanted()});
        connect(process, &SupervisedProcess::changed, this, &RollingRestart::proceed);
        connect(process, &QObject::destroyed, this, &RollingRestart::proceed);
    }
}

void RollingRestart::proceed()
{
    if (m_isOver)
        return;
    if (const SupervisedProcess *process = failed())
        return giveUp(*process);
    if (m_current && !isCurrentOver())
        return;
    m_current = takeNext();
    if (m_current) {
        m_asked = std::chrono::steady_clock::now();
        m_current->handle(happening::Restart{m_by});
    } else if (m_left.isEmpty()) {
        m_isOver = true;
        Q_EMIT finished();
    }
}

bool RollingRestart::isCurrentOver() const
{
    const MachineState &state = m_current->state();
    const bool isReplaced = state.isReady() && state.launchedAt() && *state.launchedAt() >= m_asked;
    return isReplaced || state.phase() == ProcessPhase::Done || state.wanted() == Wanted::Down;
}

/// Of those that this has restarted.
SupervisedProcess *RollingRestart::failed() const
{
    const auto isLeft = [this](const SupervisedProcess *process) {
        return std::ranges::any_of(
            m_left, [process](const Target &target) { return target.process == process; });
    };
    for (const QPointer<SupervisedProcess> &process : m_all)
        if (process && process->state().phase() == ProcessPhase::Failed && !isLeft(process))
            return process;
    return nullptr;
}

SupervisedProcess *RollingRestart::takeNext()
{
    m_left.removeIf([](const Target &target) {
        return !target.process
            || (target.wanted == Wanted::Up // and somebody has stopped it meanwhile
                && target.process->state().wanted() == Wanted::Down);
    });
    if (m_left.isEmpty())
        return nullptr;
    for (qsizetype i = 0; i < m_left.size(); ++i)
        if (!m_left.at(i).process->state().isReady())
            return m_left.takeAt(i).process;
    return std::ranges::any_of(m_all, isMissing) ? nullptr : m_left.takeFirst().process.data();
}

void RollingRestart::giveUp(const SupervisedProcess &failed)
{
    m_isOver = true;
    QList<int> left;
    for (const Target &target : std::exchange(m_left, {}))
        if (target.process)
            left.append(target.process->instance());
    if (!left.isEmpty())
        Q_EMIT givenUp(failed, left);
    Q_EMIT finished();
}

} // namespace semper
