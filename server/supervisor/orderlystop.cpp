// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/orderlystop.h"

#include "supervisor/companions.h"
#include "supervisor/supervisedprocess.h"

#include <algorithm>

namespace semper {

bool OrderlyStop::isOver(const SupervisedProcess &process)
{
    return process.isDown() || process.state().isUnkillable();
}

void OrderlyStop::begin(const QList<SupervisedProcess *> &processes, const Cause &why)
{
    for (SupervisedProcess *process : processes)
        m_waiting.insert(process, why);
    stop(processes);
}

void OrderlyStop::follow(const SupervisedProcess &changed)
{
    if (m_waiting.isEmpty() || !isOver(changed))
        return;
    QList<SupervisedProcess *> candidates;
    for (auto it = m_waiting.keyBegin(); it != m_waiting.keyEnd(); ++it)
        if (SupervisedProcess *process = *it; changed.spec().dependsOn.contains(process->name()))
            candidates.append(process);
    stop(candidates);
}

bool OrderlyStop::isNeeded(const SupervisedProcess &process) const
{
    return std::ranges::any_of(
        m_companions.dependantsOf(process), [this](SupervisedProcess *dependant) {
            const bool isStopping
                = m_waiting.contains(dependant) || dependant->state().wanted() == Wanted::Down;
            return isStopping && !isOver(*dependant);
        });
}

void OrderlyStop::stop(const QList<SupervisedProcess *> &candidates)
{
    for (SupervisedProcess *process : candidates) {
        // To stop one may end others here and now, which are in the list too.
        const auto it = m_waiting.constFind(process);
        if (it == m_waiting.cend() || isNeeded(*process))
            continue;
        const Cause why = *it;
        m_waiting.erase(it);
        process->handle(happening::Stop{why});
    }
}

} // namespace semper
