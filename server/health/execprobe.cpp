// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/execprobe.h"

#include "health/proberun.h"
#include "launch/launchedges.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

ProcessSpec specOfProbe(ProcessSpec spec)
{
    spec.className.clear();
    spec.command = std::exchange(spec.ready, {}).command;
    return spec;
}

} // namespace

ExecProbe::ExecProbe(
    const ProcessSpec &spec, const LaunchIdentity &process, const LaunchEdges &edges)
    : RepeatedProbe(spec.ready)
    , m_spec(specOfProbe(spec))
    , m_process(process)
    , m_edges(edges)
{ }

ExecProbe::~ExecProbe()
{
    if (!m_run)
        return;
    m_run->disconnect(this);
    m_run->kill();
}

void ExecProbe::begin()
{
    if (m_spec.command.isEmpty())
        return fail(u"no program is named"_s);
    // Marked apart from the process: what a probe leaves behind is killed, and the process is not.
    const auto identity
        = LaunchIdentity::make(m_process.process, m_process.instance, m_edges.surroundings.run);
    const auto planner = [spec = m_spec, identity, &surroundings = m_edges.surroundings,
                             file = AwaitedEnvironment()]() mutable {
        LaunchPlan plan = planLaunch(spec, identity, surroundings, file);
        if (auto *request = std::get_if<LaunchRequest>(&plan))
            request->environment.remove(u"SEMPER_TOKEN"_s); // it does not speak for the process
        return plan;
    };
    m_gaveUp.clear();
    m_run = new ProbeRun(planner, identity.mark(), m_edges);
    connect(m_run, &ProbeRun::over, this, &ExecProbe::over);
    m_run->start();
}

void ExecProbe::giveUp(const QString &why)
{
    m_gaveUp = why;
    m_run->kill();
}

void ExecProbe::over(const QString &failure)
{
    if (failure.isEmpty() && m_gaveUp.isEmpty())
        return succeed();
    fail(u"probe %1: %2"_s.arg(m_spec.command.first(), m_gaveUp.isEmpty() ? failure : m_gaveUp));
}

} // namespace semper
