// SPDX-License-Identifier: GPL-3.0-or-later
// Of a supervised process: what it looks like from outside.
#include "supervisor/supervisedprocess.h"

#include "os/wallclock.h"
#include "protocol/boottime.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "supervisor/standbys.h"

#include <chrono>

namespace semper {

namespace {

/// Alive unless one of the two says otherwise.
std::optional<bool> both(std::optional<bool> one, std::optional<bool> other)
{
    if (!one || !other)
        return one ? one : other;
    return *one && *other;
}

} // namespace

std::chrono::milliseconds SupervisedProcess::uptime() const
{
    using namespace std::chrono;
    return m_state.launchedAt
        ? duration_cast<milliseconds>(steady_clock::now() - *m_state.launchedAt)
        : milliseconds(0);
}

void SupervisedProcess::sample()
{
    m_vitals.sample(m_launch ? pid_t(pid()) : 0, std::chrono::steady_clock::now());
}

std::optional<Cause> SupervisedProcess::causeNow() const
{
    if (m_state.resting && m_state.phase == ProcessPhase::Waiting)
        return cause::Scheduled{.nextStartAt = nextStartAt()};
    const bool isRunning = m_state.phase == ProcessPhase::Running && !m_state.killed;
    if (isRunning && m_heartbeat.isAlive() == false)
        return cause::Hung{.silent = m_heartbeat.patience()};
    if (isRunning && m_liveness && m_liveness->failure())
        return *m_liveness->failure();
    if (isRunning && m_state.stalled)
        return cause::Stalled{.after = m_spec->stalledAfter.value_or(std::chrono::milliseconds(0))};
    return m_state.cause;
}

ProcessStatus SupervisedProcess::status() const
{
    ProcessStatus status;
    status.name = name();
    status.instance = instance();
    status.service = m_service;
    status.className = m_spec->className;
    status.command = m_spec->command;
    status.state = m_state.phase;
    status.wanted = m_state.wanted;
    status.ready = m_state.ready;
    status.alive = both(m_heartbeat.isAlive(), m_liveness ? m_liveness->isAlive() : std::nullopt);
    status.critical = m_spec->critical;
    if (pid() > 0)
        status.pid = pid();
    status.restarts = m_state.restarts;
    const Instant now = std::chrono::steady_clock::now();
    status.restartsIn10Minutes = m_state.lastRestarts.count(now, std::chrono::minutes(10));
    status.restartsInAnHour = m_state.lastRestarts.count(now, RestartWindow::length);
    status.standby = m_edges.standbys ? m_edges.standbys->waiting(name()) : 0;
    status.outdated = m_isOutdated;
    status.clearing = m_state.clearing;
    status.stalled = m_state.stalled;
    if (m_state.launchedAt) {
        status.startedAt = m_startedAt;
        status.uptime = uptime();
    }
    status.nextStartAt = nextStartAt();
    status.cause = causeNow();
    status.reason = describe(status.cause);
    status.lastExit = m_state.lastExit;
    status.deaths = m_state.deaths;
    status.cpuRatio = m_vitals.cpuRatio();
    status.memoryBytes = m_vitals.memoryBytes();
    status.loopLag = m_heartbeat.loopLag();
    status.status = m_vitals.statusText();
    status.title = m_vitals.title().isEmpty() ? name() : m_vitals.title();
    return status;
}

Moment SupervisedProcess::now() const
{
    return {.wall = m_edges.clock.now(), .boot = bootTime()};
}

QJsonObject SupervisedProcess::measuredFrame(
    QLatin1StringView type, const Moment &at, QJsonObject fields) const
{
    fields.insert(keys::process, name());
    fields.insert(keys::instance, instance());
    fields.insert(keys::at, wireTime(at.wall));
    fields.insert(keys::bootMs, qint64(at.boot.count()));
    return makeFrame(type, fields);
}

QJsonObject SupervisedProcess::metricsFrame() const
{
    if (m_vitals.metrics().isEmpty())
        return {};
    return measuredFrame(frames::metrics, m_vitals.metricsAt(), m_vitals.metrics());
}

QJsonObject SupervisedProcess::sampleFrame() const
{
    QJsonObject fields{{keys::cpuRatio, m_vitals.cpuRatio()},
        {keys::memoryBytes, m_vitals.memoryBytes()}, {keys::uptimeMs, qint64(uptime().count())}};
    if (const auto lag = m_heartbeat.loopLag())
        fields.insert(keys::loopLagMs, qint64(lag->count()));
    return measuredFrame(frames::sample, now(), fields);
}

void SupervisedProcess::setStatusText(const QString &text)
{
    if (m_vitals.setStatusText(text))
        Q_EMIT changed();
}

void SupervisedProcess::setTitle(const QString &title)
{
    if (m_vitals.setTitle(title))
        Q_EMIT changed();
}

void SupervisedProcess::setMetrics(const QJsonObject &frame)
{
    m_vitals.setMetrics(frame, now());
    Q_EMIT metricsReceived();
}

} // namespace semper
