// SPDX-License-Identifier: GPL-3.0-or-later
// Of a supervised process: how a launch begins, how it ends, and what it leaves behind.
#include "supervisor/supervisedprocess.h"

#include "launch/leftovers.h"
#include "os/wallclock.h"
#include "output/outputcollector.h"
#include "supervisor/standbys.h"

#include <chrono>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

void SupervisedProcess::launch()
{
    m_session = 0;
    m_timeAsked = 0ms;
    m_vitals = {};
    m_launchedFor = m_service;
    if (launchStandby())
        return;
    m_identity
        = LaunchIdentity::make(m_identity.process, m_identity.instance, m_edges.surroundings.run);
    m_launch = m_edges.launcher.create();
    connect(m_launch.get(), &Launch::started, this, [this] {
        m_ends.close();
        launchBegan();
    });
    connect(m_launch.get(), &Launch::failed, this, &SupervisedProcess::launchFailed);
    connect(m_launch.get(), &Launch::ended, this, &SupervisedProcess::launchEnded);
    m_launch->start([this, file = AwaitedEnvironment()]() mutable { return planNow(file); });
}

LaunchPlan SupervisedProcess::planNow(AwaitedEnvironment &file)
{
    LaunchPlan plan = planLaunch(*m_spec, m_identity, m_edges.surroundings, file);
    if (std::holds_alternative<PlanLater>(plan))
        return plan;
    handle(happening::TurnCame{});
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
bool SupervisedProcess::launchStandby()
{
    auto standby = m_edges.standbys ? m_edges.standbys->take(name()) : std::nullopt;
    if (!standby)
        return false;
    standby->identity.instance = instance();
    m_identity = std::move(standby->identity);
    m_launch = std::move(standby->launch);
    m_group = std::move(standby->group);
    m_edges.output.assign(instance(), m_readiness.prepare(m_spec, m_identity));
    connect(m_launch.get(), &Launch::ended, this, &SupervisedProcess::launchEnded);
    handle(happening::TurnCame{});
    launchBegan();
    Q_EMIT standbyTaken();
    return true;
}

void SupervisedProcess::launchBegan()
{
    m_session = pid();
    m_startedAt = m_edges.clock.now();
    m_vitals.begin(std::chrono::steady_clock::now());
    if (!m_spec->isCommand())
        m_heartbeat.start(processLabel(name(), instance()), pid());
    if (m_limitWatch)
        m_limitWatch->begin([this] { return members(); }, m_group.memoryKeeper());
    handle(happening::Launched{});
    if (m_timeAsked > 0ms)
        extendTimeout(std::exchange(m_timeAsked, 0ms));
    m_readiness.start();
}

void SupervisedProcess::launchFailed(const LaunchFailure &failure)
{
    m_ends.close();
    const ExitReport report{.at = m_edges.clock.now()};
    handle(happening::LaunchFailed{report, causeOf(*m_spec, failure), failure.isPassing()});
}

void SupervisedProcess::launchEnded(ExitReport report)
{
    Q_EMIT ending();
    report.lastLines = m_edges.output.takeLast(name(), instance(), m_identity.launchId);
    report.uptime = uptime();
    if (m_group.wasKilledForMemory())
        handle(happening::FaultReported{cause::Memory{
            .limitBytes = m_spec->limits.memoryMaxBytes.value_or(0), .byKernel = true}});
    m_heartbeat.stop();
    if (m_liveness)
        m_liveness->forget();
    if (m_limitWatch)
        m_limitWatch->end();
    m_startedAt = {};
    handle(happening::Exited{report});
}

void SupervisedProcess::clearLeftovers(bool wasAsked)
{
    const bool groupTold = m_state.killed || (wasAsked && m_spec->stopScope() == StopScope::Group);
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
    takeNextSpec();
    connect(m_leftovers, &Leftovers::gone, this, [this](const LeftoverReport &report) {
        m_leftovers = nullptr;
        if (report.count > 0)
            Q_EMIT leftBehind(report);
        handle(happening::Cleared{});
    });
    m_leftovers->begin();
    if (m_leftovers && !wasAsked && !m_state.killed)
        tellOfDaemon(*m_leftovers);
}

/// One that leaves with success and leaves others behind has most likely put itself into the
/// background, as daemons do; and so will the next launch.
void SupervisedProcess::tellOfDaemon(Leftovers &leftovers)
{
    if (!m_state.lastExit || m_state.lastExit->code != 0 || leftovers.report().count == 0)
        return;
    const QString advice = u"have the command stay in the foreground, where it is supervised"_s;
    handle(happening::LeftBehind{leftovers.report().names()});
    leftovers.setAdvice(advice);
}

} // namespace semper
