// SPDX-License-Identifier: GPL-3.0-or-later
#include "readiness/proberun.h"

#include "supervisor/leftovers.h"
#include "supervisor/orphankeeper.h"
#include "supervisor/supervisedprocess.h"

#include <QPointer>

#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

// The keeper of orphans outlives all processes, and with them all that asks for a run.
ProbeRun::ProbeRun(LaunchRequest request, QByteArray mark, const SupervisorEdges &edges)
    : QObject(&edges.orphans)
    , m_request(std::move(request))
    , m_mark(std::move(mark))
    , m_edges(edges)
    , m_launch(edges.launcher.create())
{ }

ProbeRun::~ProbeRun()
{
    if (m_request.outputDescriptor >= 0)
        ::close(m_request.outputDescriptor);
}

void ProbeRun::start()
{
    m_request.outputDescriptor = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (m_request.outputDescriptor < 0)
        return clear(qt_error_string(errno));
    connect(m_launch.get(), &Launch::started, this, [this] { m_session = m_launch->pid(); });
    connect(m_launch.get(), &Launch::failed, this,
        [this](const LaunchFailure &failure) { clear(failure.cause); });
    connect(m_launch.get(), &Launch::ended, this, [this](const ExitReport &report) {
        clear(report.code == 0 ? QString() : report.describe());
    });
    m_launch->start([this] { return m_request; });
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
