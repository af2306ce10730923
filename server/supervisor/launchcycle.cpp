// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/launchcycle.h"

#include "launch/orphankeeper.h"
#include "os/freezer.h"
#include "os/procfile.h"
#include "output/outputcollector.h"
#include "supervisor/standbys.h"
#include "supervisor/supervisoredges.h"

#include <csignal>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

LaunchCycle::LaunchCycle(
    const QString &process, int instance, const SharedSpec &spec, const SupervisorEdges &edges)
    : m_spec(spec)
    , m_edges(edges)
    , m_identity{.process = process, .instance = instance}
    , m_readiness(edges, [this] { Q_EMIT ready(); })
{ }

LaunchCycle::~LaunchCycle() = default;

void LaunchCycle::launch()
{
    m_session = 0;
    if (takeStandby())
        return;
    m_identity
        = LaunchIdentity::make(m_identity.process, m_identity.instance, m_edges.surroundings.run);
    m_launch = m_edges.launcher.create();
    connect(m_launch.get(), &Launch::started, this, [this] {
        m_ends.close();
        m_session = pid();
        Q_EMIT began();
    });
    connect(m_launch.get(), &Launch::failed, this, [this](const LaunchFailure &failure) {
        m_ends.close();
        Q_EMIT failed(failure);
    });
    connect(m_launch.get(), &Launch::ended, this, &LaunchCycle::ended);
    m_launch->start([this, file = AwaitedEnvironment()]() mutable { return planNow(file); });
}

LaunchPlan LaunchCycle::planNow(AwaitedEnvironment &file)
{
    LaunchPlan plan = planLaunch(*m_spec, m_identity, m_edges.surroundings, file);
    if (std::holds_alternative<PlanLater>(plan))
        return plan;
    Q_EMIT turnCame();
    auto *request = std::get_if<LaunchRequest>(&plan);
    if (request == nullptr)
        return plan;
    m_group = LaunchGroup(m_edges.cgroups, m_identity.launchId, m_spec->limits.memoryMaxBytes);
    request->settings.cgroup = m_group.entrance();
    const AwaitedLine awaited = m_readiness.prepare(m_spec, m_identity);
    if (const auto error
        = m_ends.open(*request, m_identity, m_edges, awaited, m_spec->outputLimits, *m_launch))
        return *error;
    return plan;
}

// It has been executed already, under its own token and mark: it only has to be told to begin.
bool LaunchCycle::takeStandby()
{
    auto standby = m_edges.standbys.take(m_identity.process);
    if (!standby)
        return false;
    standby->identity.instance = m_identity.instance;
    m_identity = std::move(standby->identity);
    m_launch = std::move(standby->launch);
    m_group = std::move(standby->group);
    m_session = pid();
    m_edges.output.assign(m_identity.instance, m_readiness.prepare(m_spec, m_identity));
    connect(m_launch.get(), &Launch::ended, this, &LaunchCycle::ended);
    Q_EMIT turnCame();
    Q_EMIT began();
    Q_EMIT standbyTaken();
    return true;
}

QList<pid_t> LaunchCycle::members() const
{
    if (m_group.exists())
        return m_group.members();
    QList<pid_t> roots = m_edges.orphans.orphansOf(pid_t(m_session), m_identity.mark()).orphans;
    roots.prepend(pid_t(pid()));
    return procfile::withDescendants(roots);
}

void LaunchCycle::signal(int number, StopScope scope)
{
    if (m_launch)
        m_launch->signal(number, scope);
}

void LaunchCycle::requestStop()
{
    if (!m_group.exists() && pid() > 0)
        m_kin = Leftovers::kinOf(pid_t(pid()));
    signal(m_spec->stop.signal, m_spec->stopScope());
    if (procfile::isFrozen(pid_t(pid()))) // it would not see the signal
        signal(SIGCONT, StopScope::Group);
}

bool LaunchCycle::isPaused(bool isStopping) const
{
    const auto launch = pid_t(pid());
    if (launch <= 0)
        return false;
    if (isInFrozenCgroup(launch))
        return true;
    if (isStopping && procfile::isFrozen(launch))
        m_launch->signal(SIGCONT, StopScope::Group);
    return false;
}

void LaunchCycle::clear(bool wasAsked, bool killed)
{
    const bool groupTold = killed || (wasAsked && m_spec->stopScope() == StopScope::Group);
    m_leftovers = new Leftovers(m_edges.orphans,
        {.session = pid_t(m_session),
            .mark = m_identity.mark(),
            .signal = m_spec->stop.signal,
            .groupTold = groupTold,
            .kin = std::exchange(m_kin, {})},
        std::move(m_group));
    m_launch->bequeath(*m_leftovers);
    // Not here and now: the launch is still inside the signal that told of its end.
    m_launch.release()->deleteLater();
    connect(m_leftovers, &Leftovers::gone, this, [this](const LeftoverReport &report) {
        m_leftovers = nullptr;
        Q_EMIT cleared(report);
    });
    m_leftovers->begin();
}

void LaunchCycle::killLeftovers()
{
    if (m_leftovers)
        m_leftovers->kill();
}

bool LaunchCycle::areLeftoversPaused() const
{
    return m_leftovers && m_leftovers->isPaused();
}

QString LaunchCycle::adviseAgainstDaemon()
{
    if (!m_leftovers || m_leftovers->report().count == 0)
        return {};
    m_leftovers->setAdvice(u"have the command stay in the foreground, where it is supervised"_s);
    return m_leftovers->report().names();
}

QStringList LaunchCycle::takeLastLines()
{
    return m_edges.output.takeLast(m_identity.process, m_identity.instance, m_identity.launchId);
}

} // namespace semper
