// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/shutdown.h"

#include "supervisor/orderlystop.h"
#include "supervisor/processtable.h"
#include "supervisor/schedules.h"
#include "supervisor/standbys.h"

#include <QLoggingCategory>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logShutdown, "semper.server.supervisor", QtInfoMsg)

// After the limit everything is killed; what even that cannot end is left behind.
constexpr auto graceAfterKill = 2000ms;

} // namespace

Shutdown::Shutdown(
    const ProcessTable &table, Schedules &schedules, Standbys &standbys, OrderlyStop &orderlyStop)
    : m_table(table)
    , m_schedules(schedules)
    , m_standbys(standbys)
    , m_orderlyStop(orderlyStop)
{ }

Cause Shutdown::why()
{
    return cause::Commanded{.action = u"shutdown"_s};
}

void Shutdown::begin(std::chrono::milliseconds limit)
{
    m_hasBegun = true;
    m_standbys.endAll();
    m_schedules.end();
    QList<SupervisedProcess *> up = m_table.all();
    up.removeIf([](const auto *process) { return process->state().wanted() == Wanted::Down; });
    m_orderlyStop.begin(up, why());
    connect(&m_limit, &PatientTimer::timeout, this, &Shutdown::killAll);
    m_limit.start(limit);
    follow();
}

void Shutdown::killAll()
{
    const QList<SupervisedProcess *> before = m_table.all(); // one that ends may leave it
    for (SupervisedProcess *process : before)
        process->handle(happening::Kill{});
    if (m_isOver)
        return;
    m_limit.disconnect(this);
    connect(&m_limit, &PatientTimer::timeout, this, &Shutdown::finish);
    m_limit.start(graceAfterKill);
}

void Shutdown::follow()
{
    if (!m_hasBegun || m_isOver || !m_standbys.isEmpty())
        return;
    if (m_table.areAll(OrderlyStop::isOver))
        finish();
}

void Shutdown::finish()
{
    m_isOver = true;
    m_limit.stop();
    for (const SupervisedProcess *process : m_table.all())
        if (!process->isDown())
            qCCritical(logShutdown, "%s (pid %lld) is left behind: %s",
                qUtf8Printable(processLabel(process->name(), process->instance())), process->pid(),
                qUtf8Printable(describe(process->state().cause)));
    QMetaObject::invokeMethod(this, &Shutdown::stopped, Qt::QueuedConnection);
}

} // namespace semper
