// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/processview.h"

#include "protocol/frame.h"
#include "protocol/keys.h"
#include "supervisor/supervisedprocess.h"

#include <chrono>

namespace semper {

namespace {

std::optional<Cause> shownCause(const SupervisedProcess &process)
{
    const MachineState &state = process.state();
    if (state.isResting() && state.phase() == ProcessPhase::Waiting)
        return cause::Scheduled{.nextStartAt = process.nextStartAt()};
    if (!state.isRunning())
        return state.cause;
    if (auto why = process.watches().whyNotAlive())
        return why;
    const auto limit = process.spec().stalledAfter.value_or(std::chrono::milliseconds(0));
    return state.isStalled() ? Cause(cause::Stalled{.after = limit}) : state.cause;
}

QJsonObject measuredFrame(
    QLatin1StringView type, const SupervisedProcess &process, const Moment &at, QJsonObject fields)
{
    fields.insert(keys::process, process.name());
    fields.insert(keys::instance, process.instance());
    fields.insert(keys::at, wireTime(at.wall));
    fields.insert(keys::bootMs, qint64(at.boot.count()));
    return makeFrame(type, fields);
}

} // namespace

ProcessStatus statusOf(const SupervisedProcess &process)
{
    const ProcessSpec &spec = process.spec();
    const MachineState &state = process.state();
    const LaunchVitals &vitals = process.vitals();
    ProcessStatus status;
    status.name = process.name();
    status.instance = process.instance();
    status.service = process.service();
    status.className = spec.className;
    status.command = spec.command;
    status.state = state.phase();
    status.wanted = state.wanted();
    status.ready = state.isReady();
    status.alive = process.watches().isAlive();
    status.critical = spec.critical;
    if (process.pid() > 0)
        status.pid = process.pid();
    status.restarts = state.restarts;
    const Instant now = std::chrono::steady_clock::now();
    status.restartsIn10Minutes = state.lastRestarts.count(now, std::chrono::minutes(10));
    status.restartsInAnHour = state.lastRestarts.count(now, RestartWindow::length);
    status.standby = process.standby();
    status.outdated = process.isOutdated();
    status.clearing = state.isClearing();
    status.stalled = state.isStalled();
    if (state.launchedAt()) {
        status.startedAt = process.startedAt();
        status.uptime = process.uptime();
    }
    status.nextStartAt = process.nextStartAt();
    status.cause = shownCause(process);
    status.reason = describe(status.cause);
    status.lastExit = state.lastExit;
    status.deaths = state.deaths;
    status.cpuRatio = vitals.cpuRatio();
    status.memoryBytes = vitals.memoryBytes();
    status.loopLag = process.watches().heartbeat().loopLag();
    status.status = vitals.statusText();
    status.title = vitals.title().isEmpty() ? process.name() : vitals.title();
    return status;
}

QJsonObject metricsFrameOf(const SupervisedProcess &process)
{
    const LaunchVitals &vitals = process.vitals();
    if (vitals.metrics().isEmpty())
        return {};
    return measuredFrame(frames::metrics, process, vitals.metricsAt(), vitals.metrics());
}

QJsonObject sampleFrameOf(const SupervisedProcess &process)
{
    QJsonObject fields{{keys::cpuRatio, process.vitals().cpuRatio()},
        {keys::memoryBytes, process.vitals().memoryBytes()},
        {keys::uptimeMs, qint64(process.uptime().count())}};
    if (const auto lag = process.watches().heartbeat().loopLag())
        fields.insert(keys::loopLagMs, qint64(lag->count()));
    return measuredFrame(frames::sample, process, process.now(), fields);
}

} // namespace semper
