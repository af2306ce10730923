// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/cause.h"

#include <semper/semper_server_export.h>

#include <QHash>
#include <QList>

namespace semper {

class Companions;
class SupervisedProcess;

/// Stops several processes: all at once, but for those that others depend on, which also stop: they
/// follow when these are down. One that cannot be killed holds up nobody. Supervision's thread.
class SEMPER_SERVER_EXPORT OrderlyStop
{
public:
    /// \a companions must outlive it.
    explicit OrderlyStop(const Companions &companions)
        : m_companions(companions)
    { }

    /// \a why is what the processes are told to have been stopped by.
    void begin(const QList<SupervisedProcess *> &processes, const Cause &why);
    /// \a changed is in another state: those that waited for it may follow.
    void follow(const SupervisedProcess &changed);
    /// It is not to be stopped after all, or is no more.
    void forget(SupervisedProcess *process) { m_waiting.remove(process); }

    /// Nothing of \a process runs, or never will end.
    [[nodiscard]] static bool isOver(const SupervisedProcess &process);

private:
    [[nodiscard]] bool isNeeded(const SupervisedProcess &process) const;
    void stop(const QList<SupervisedProcess *> &candidates);

    const Companions &m_companions;
    QHash<SupervisedProcess *, Cause> m_waiting; ///< not told to stop yet, and why they are to
};

} // namespace semper
