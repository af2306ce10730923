// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/restarts.h"

#include "supervisor/orderlystop.h"
#include "supervisor/rollingrestart.h"
#include "supervisor/supervisedprocess.h"

#include <map>

namespace semper {

void Restarts::restart(const QList<SupervisedProcess *> &targets, const QString &by)
{
    std::map<QString, QList<SupervisedProcess *>> byName;
    for (SupervisedProcess *process : targets) {
        m_orderlyStop.forget(process);
        byName[process->name()].append(process);
    }
    for (const auto &[name, instances] : byName)
        restartInstances(name, instances, by);
}

void Restarts::restartInstances(
    const QString &name, const QList<SupervisedProcess *> &targets, const QString &by)
{
    // One instance of several leaves the others to the rolling restart that they are in.
    if (targets.size() == 1)
        return targets.first()->handle(happening::Restart{by});
    abandon(name); // this one begins anew
    auto *rolling = new RollingRestart(targets, by, this);
    m_rolling.insert(name, rolling);
    connect(rolling, &RollingRestart::givenUp, this, &Restarts::givenUp);
    connect(rolling, &RollingRestart::finished, this, [this, name, rolling] {
        m_rolling.remove(name);
        rolling->deleteLater();
    });
    rolling->start();
}

bool Restarts::isUnderWay(const QString &name) const
{
    return !m_rolling.value(name).isNull();
}

void Restarts::abandon(const QString &name)
{
    delete m_rolling.take(name);
}

} // namespace semper
