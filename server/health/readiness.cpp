// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/readiness.h"

#include "health/logprobe.h"
#include "health/probefactory.h"
#include "health/repeatedprobe.h"
#include "launch/launchedges.h"

using namespace Qt::StringLiterals;

namespace semper {

namespace {

std::unique_ptr<ReadinessProbe> makeProbe(
    const ProcessSpec &spec, const LaunchIdentity &launch, const LaunchEdges &edges)
{
    if (spec.ready.mode == ReadyMode::Log)
        return std::make_unique<LogProbe>(edges.output, launch.launchId, spec.ready.pattern);
    return makeRepeatedProbe(spec, launch, edges);
}

} // namespace

Readiness::Readiness(const LaunchEdges &edges, std::function<void()> ready)
    : m_edges(edges)
    , m_ready(std::move(ready))
{ }

Readiness::~Readiness() = default;

AwaitedLine Readiness::prepare(const SharedSpec &spec, const LaunchIdentity &launch)
{
    end();
    m_spec = spec;
    m_probe = makeProbe(*m_spec, launch, m_edges);
    if (m_probe)
        QObject::connect(
            m_probe.get(), &ReadinessProbe::ready, m_probe.get(), [this] { m_ready(); });
    const bool isInLog = m_spec->ready.mode == ReadyMode::Log;
    return {.launch = launch.launchId, .pattern = isInLog ? m_spec->ready.pattern : QString()};
}

void Readiness::start()
{
    if (m_probe)
        m_probe->start();
}

// The probe may be inside its signal, so it goes later; it is not heard any more.
void Readiness::end()
{
    if (!m_probe)
        return;
    m_probe->disconnect(m_probe.get());
    m_probe.release()->deleteLater();
}

QString Readiness::missing() const
{
    if (m_probe)
        return m_probe->missing();
    return m_spec && m_spec->ready.mode == ReadyMode::Notify
        ? u"it sent no READY=1 and did not call setReady()"_s
        : QString();
}

} // namespace semper
