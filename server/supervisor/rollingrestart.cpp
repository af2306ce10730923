// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/rollingrestart.h"

#include "supervisor/supervisedprocess.h"

#include <utility>

namespace semper {

RollingRestart::RollingRestart(const QList<SupervisedProcess *> &processes, QObject *parent)
    : QObject(parent)
{
    for (SupervisedProcess *process : processes)
        m_left.append({process, process->state().wanted});
}

void RollingRestart::next()
{
    if (m_current)
        m_current->disconnect(this);
    m_current = nullptr;
    while (!m_left.isEmpty() && !m_current) {
        const Target target = m_left.takeFirst();
        const bool wasStopped = target.process && target.wanted == Wanted::Up
            && target.process->state().wanted == Wanted::Down; // by somebody, meanwhile
        if (!wasStopped)
            m_current = target.process;
    }
    if (!m_current) {
        Q_EMIT finished();
        return;
    }
    m_asked = std::chrono::steady_clock::now();
    connect(m_current, &SupervisedProcess::changed, this, &RollingRestart::look);
    connect(m_current, &QObject::destroyed, this, &RollingRestart::next);
    m_current->handle(happening::Restart{});
}

void RollingRestart::look()
{
    const MachineState &state = m_current->state();
    if (state.phase == ProcessPhase::Failed)
        return giveUp();
    const bool isReplaced = state.ready && state.launchedAt && *state.launchedAt >= m_asked;
    if (isReplaced || state.phase == ProcessPhase::Done || state.wanted == Wanted::Down)
        next();
}

void RollingRestart::giveUp()
{
    QList<int> left;
    for (const Target &target : std::exchange(m_left, {}))
        if (target.process)
            left.append(target.process->instance());
    if (!left.isEmpty())
        Q_EMIT givenUp(*m_current, left);
    next();
}

} // namespace semper
