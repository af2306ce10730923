// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/healthwatches.h"

#include "protocol/processstatus.h"
#include "supervisor/launchcycle.h"

#include <utility>

using namespace std::chrono_literals;

namespace semper {

HealthWatches::HealthWatches(const SharedSpec &spec, const LaunchEdges &edges,
    const LaunchCycle &cycle, std::function<bool()> isPaused)
    : m_spec(spec)
    , m_edges(edges)
    , m_cycle(cycle)
    , m_isPaused(std::move(isPaused))
    , m_heartbeat(spec->watchdogPeriod())
{
    connect(&m_heartbeat, &HeartbeatWatch::changed, this, &HealthWatches::changed);
    connect(&m_heartbeat, &HeartbeatWatch::hung, this, [this] {
        Q_EMIT happened(happening::Hung{cause::Hung{.silent = m_heartbeat.watchdog()}});
    });
    watchLimits();
    watchWork();
}

HealthWatches::~HealthWatches() = default;

void HealthWatches::followSpec()
{
    m_heartbeat.setWatchdog(m_spec->watchdogPeriod());
    watchLimits();
    watchWork();
}

void HealthWatches::followLivenessSpec(bool isRunning)
{
    if (m_liveness)
        m_liveness->forget();
    followLiveness(isRunning);
}

void HealthWatches::watchLimits()
{
    m_limits.reset();
    if (!LimitWatch::isFor(m_spec->limits))
        return;
    m_limits = std::make_unique<LimitWatch>(m_spec->limits);
    connect(m_limits.get(), &LimitWatch::tooOld, this, [this](std::chrono::milliseconds age) {
        Q_EMIT happened(happening::Recycle{cause::Age{.after = age}});
    });
    connect(m_limits.get(), &LimitWatch::tooLarge, this, [this](qint64 bytes) {
        Q_EMIT happened(happening::Excess{cause::Memory{
            .bytes = bytes, .limitBytes = m_spec->limits.memoryMaxBytes.value_or(0)}});
    });
    connect(m_limits.get(), &LimitWatch::cpuCrossed, this, &HealthWatches::cpuCrossed);
}

void HealthWatches::watchWork()
{
    m_stall.reset();
    if (!m_spec->stalledAfter)
        return;
    m_stall = std::make_unique<StallWatch>(*m_spec->stalledAfter, m_isPaused);
    connect(m_stall.get(), &StallWatch::stalled, this,
        [this] { Q_EMIT happened(happening::Stalled{}); });
    connect(m_stall.get(), &StallWatch::workedAgain, this,
        [this] { Q_EMIT happened(happening::WorkedAgain{}); });
}

void HealthWatches::begin()
{
    const LaunchIdentity &launch = m_cycle.identity();
    if (!m_spec->isCommand())
        m_heartbeat.start(processLabel(launch.process, launch.instance), m_cycle.pid());
    if (m_limits)
        m_limits->begin([this] { return m_cycle.members(); }, m_cycle.memoryKeeper());
}

void HealthWatches::follow(bool isRunning)
{
    // A command that watches itself (WATCHDOG=1) begins with that once it is up.
    const LaunchIdentity &launch = m_cycle.identity();
    if (isRunning && m_spec->isCommand() && m_spec->watchdogPeriod() > 0ms
        && !m_heartbeat.isWatching())
        m_heartbeat.start(processLabel(launch.process, launch.instance), m_cycle.pid());
    followLiveness(isRunning);
    if (m_stall)
        isRunning ? m_stall->begin() : m_stall->end();
}

void HealthWatches::followLiveness(bool isRunning)
{
    if (!isRunning) {
        if (m_liveness)
            m_liveness->stop();
        return;
    }
    if (!m_spec->liveness)
        return;
    if (!m_liveness) {
        m_liveness = std::make_unique<LivenessWatch>(m_edges);
        connect(m_liveness.get(), &LivenessWatch::changed, this, &HealthWatches::changed);
        connect(m_liveness.get(), &LivenessWatch::dead, this,
            [this](const Cause &why) { Q_EMIT happened(happening::Hung{why}); });
    }
    m_liveness->watch(*m_spec, m_cycle.identity(), m_cycle.pid());
}

void HealthWatches::end()
{
    m_heartbeat.stop();
    if (m_liveness)
        m_liveness->forget();
    if (m_limits)
        m_limits->end();
}

void HealthWatches::extend(std::chrono::milliseconds time)
{
    m_heartbeat.extend(time);
    if (m_limits)
        m_limits->extendAge(time);
}

void HealthWatches::worked()
{
    if (m_stall)
        m_stall->worked();
}

std::optional<bool> HealthWatches::isAlive() const
{
    const std::optional<bool> beats = m_heartbeat.isAlive();
    const std::optional<bool> answers = m_liveness ? m_liveness->isAlive() : std::nullopt;
    if (!beats || !answers)
        return beats ? beats : answers;
    return *beats && *answers;
}

std::optional<Cause> HealthWatches::whyNotAlive() const
{
    if (m_heartbeat.isAlive() == false)
        return cause::Hung{.silent = m_heartbeat.patience()};
    if (m_liveness && m_liveness->failure())
        return *m_liveness->failure();
    return std::nullopt;
}

} // namespace semper
