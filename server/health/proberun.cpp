// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/proberun.h"

#include "launch/launchedges.h"
#include "launch/leftovers.h"
#include "launch/orphankeeper.h"

#include <QPointer>

#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

// The keeper of orphans outlives all processes, and with them all that asks for a run.
ProbeRun::ProbeRun(LaunchPlanner planner, QByteArray mark, const LaunchEdges &edges)
    : QObject(&edges.orphans)
    , m_planner(std::move(planner))
    , m_mark(std::move(mark))
    , m_edges(edges)
    , m_launch(edges.launcher.create())
{ }

ProbeRun::~ProbeRun()
{
    if (m_output >= 0)
        ::close(m_output);
}

void ProbeRun::start()
{
    connect(m_launch.get(), &Launch::started, this, [this] { m_session = m_launch->pid(); });
    connect(m_launch.get(), &Launch::failed, this,
        [this](const LaunchFailure &failure) { clear(failure.detail); });
    connect(m_launch.get(), &Launch::ended, this, [this](const ExitReport &report) {
        clear(report.code == 0 ? QString() : report.describe());
    });
    m_launch->start([this] { return plan(); });
}

LaunchPlan ProbeRun::plan()
{
    LaunchPlan plan = m_planner();
    auto *request = std::get_if<LaunchRequest>(&plan);
    if (request == nullptr)
        return plan;
    m_output = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (m_output < 0)
        return qt_error_string(errno);
    request->outputDescriptor = m_output;
    return plan;
}

void ProbeRun::kill()
{
    m_launch->signal(SIGKILL, StopScope::Group);
}

void ProbeRun::clear(const QString &failure)
{
    const auto tell = [self = QPointer(this), failure] {
        if (!self)
            return;
        Q_EMIT self->over(failure);
        self->deleteLater();
    };
    if (m_session == 0) { // nothing was executed
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
        return;
    }
    Leftovers::killAll(
        m_edges.orphans, {.session = pid_t(m_session), .mark = m_mark}, LaunchGroup(), tell);
}

} // namespace semper
