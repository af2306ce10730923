// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/supervisedprocess.h"

#include "os/wallclock.h"
#include "output/outputcollector.h"
#include "protocol/boottime.h"
#include "protocol/condition.h"
#include "spec/specdiff.h"
#include "supervisor/processview.h"
#include "supervisor/standbys.h"
#include "supervisor/supervisoredges.h"

#include <QRandomGenerator>

#include <algorithm>
#include <tuple>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

/// Others wait for some of this, or go by it; a cause is only to be shown.
bool concernsOthers(const MachineState &before, const MachineState &now)
{
    const auto concern = [](const MachineState &state) {
        return std::tuple(state.phase(), state.wanted(), state.isReady(), state.isClearing(),
            state.isUnkillable(), state.isResting(), state.launchedAt());
    };
    return concern(before) != concern(now);
}

/// Its group may not be launched.
bool holdsGroup(const MachineState &state)
{
    return state.phase() == ProcessPhase::Stopping || state.isClearing();
}

} // namespace

SupervisedProcess::SupervisedProcess(const QString &name, int instance, QString service,
    SharedSpec spec, const SupervisorEdges &edges, QObject *parent)
    : QObject(parent)
    , m_service(std::move(service))
    , m_spec(std::move(spec))
    , m_edges(edges)
    , m_cycle(name, instance, m_spec, edges)
    , m_watches(m_spec, edges, m_cycle, [this] { return isPaused(); })
    , m_timer([this] { return isPaused(); })
{
    connectParts();
    if (!m_spec->enabled)
        m_state.cause = cause::Disabled{};
}

SupervisedProcess::~SupervisedProcess() = default;

void SupervisedProcess::connectParts()
{
    connect(&m_cycle, &LaunchCycle::turnCame, this, [this] { handle(happening::TurnCame{}); });
    connect(&m_cycle, &LaunchCycle::began, this, &SupervisedProcess::launchBegan);
    connect(&m_cycle, &LaunchCycle::standbyTaken, this, &SupervisedProcess::standbyTaken);
    connect(&m_cycle, &LaunchCycle::failed, this, &SupervisedProcess::launchFailed);
    connect(&m_cycle, &LaunchCycle::ready, this, [this] { handle(happening::ReadyChanged{true}); });
    connect(&m_cycle, &LaunchCycle::ended, this, &SupervisedProcess::launchEnded);
    connect(&m_cycle, &LaunchCycle::cleared, this, [this](const LeftoverReport &report) {
        if (report.count > 0)
            Q_EMIT leftBehind(report);
        handle(happening::Cleared{});
    });
    connect(&m_watches, &HealthWatches::happened, this, &SupervisedProcess::handle);
    connect(&m_watches, &HealthWatches::changed, this, &SupervisedProcess::changed);
    connect(&m_watches, &HealthWatches::cpuCrossed, this, &SupervisedProcess::cpuCrossed);
    connect(&m_timer, &MachineTimer::elapsed, this, [this] { handle(timeIsUp()); });
    m_conditionTimer.setSingleShot(true);
    connect(&m_conditionTimer, &QTimer::timeout, this, [this] {
        awaitNextCondition();
        Q_EMIT changed();
    });
}

std::chrono::milliseconds SupervisedProcess::uptime() const
{
    using namespace std::chrono;
    const std::optional<Instant> began = m_state.launchedAt();
    return began ? duration_cast<milliseconds>(steady_clock::now() - *began) : milliseconds(0);
}

int SupervisedProcess::standby() const
{
    return m_edges.standbys.waiting(name());
}

Moment SupervisedProcess::now() const
{
    return {.wall = m_edges.clock.now(), .boot = bootTime()};
}

void SupervisedProcess::handle(const Happening &happening)
{
    m_waiting.append(happening);
    if (std::exchange(m_handling, true))
        return;
    const MachineState before = m_state;
    while (!m_waiting.isEmpty()) {
        while (!m_waiting.isEmpty())
            proceed();
        tellRecords();
    }
    m_handling = false;
    if (m_state == before)
        return;
    awaitNextCondition();
    Q_EMIT changed();
    if (concernsOthers(before, m_state))
        Q_EMIT moved();
    if (holdsGroup(before) && !holdsGroup(m_state))
        Q_EMIT groupFreed();
}

void SupervisedProcess::proceed()
{
    const Happening next = m_waiting.takeFirst();
    const StepContext context{.spec = *m_spec,
        .now = std::chrono::steady_clock::now(),
        .random = QRandomGenerator::global()->generateDouble(),
        .blocker = blockerNow()};
    StepResult result = step(std::move(m_state), next, context);
    m_state = std::move(result.state);
    if (m_state.phase() != ProcessPhase::Starting || m_state.isKilled())
        m_cycle.readiness().end();
    m_watches.follow(m_state.isRunning());
    noteNextStart();
    for (const Action &action : std::as_const(result.actions))
        perform(action);
}

void SupervisedProcess::tellRecords()
{
    for (const auto &[type, status] : std::exchange(m_records, {}))
        Q_EMIT recorded(type, status);
}

void SupervisedProcess::blockerChanged()
{
    if (m_state.phase() == ProcessPhase::Waiting)
        handle(happening::BlockerChanged{});
}

std::optional<Cause> SupervisedProcess::blockerNow() const
{
    // What lives is not launched: whether others would let it costs a look at each of them.
    const bool lives
        = m_state.phase() == ProcessPhase::Starting || m_state.phase() == ProcessPhase::Running;
    return lives ? std::nullopt : m_edges.blocker(*this);
}

/// Restarts are no longer of the last hour at some time, and what keeps running is not in a crash
/// loop any more.
void SupervisedProcess::awaitNextCondition()
{
    const Instant now = std::chrono::steady_clock::now();
    std::optional<Instant> next = m_state.lastRestarts.nextFall(now);
    if (const auto began = m_state.launchedAt(); next && began && *began + longEnoughUp > now)
        next = std::min(*next, *began + longEnoughUp);
    if (next)
        m_conditionTimer.start(std::chrono::ceil<std::chrono::milliseconds>(*next - now));
    else
        m_conditionTimer.stop();
}

void SupervisedProcess::noteNextStart()
{
    using namespace std::chrono;
    if (const std::optional<Instant> next = m_state.nextStartAt())
        m_nextStartAt = m_edges.clock.now().addDuration(
            duration_cast<milliseconds>(*next - steady_clock::now()));
}

QDateTime SupervisedProcess::nextStartAt() const
{
    if (m_state.nextStartAt())
        return m_nextStartAt;
    const bool betweenRuns = m_state.isResting() || m_state.phase() == ProcessPhase::Done
        || m_state.phase() == ProcessPhase::Failed;
    return betweenRuns ? m_edges.nextRun(*this) : QDateTime();
}

void SupervisedProcess::wallClockLeapt()
{
    noteNextStart();
    if (nextStartAt().isValid())
        Q_EMIT changed();
}

void SupervisedProcess::perform(const Action &action)
{
    switch (action.kind) {
    case Action::Kind::Launch:
        return launch();
    case Action::Kind::RequestStop:
        Q_EMIT stopRequested(m_spec->stop.timeout);
        return m_cycle.requestStop();
    case Action::Kind::Kill:
        return m_cycle.signal(SIGKILL, StopScope::Group);
    case Action::Kind::ClearLeftovers:
        return clear(action.asked);
    case Action::Kind::KillLeftovers:
        return m_cycle.killLeftovers();
    case Action::Kind::ArmTimer:
        return arm(action.delay);
    case Action::Kind::ExtendTimer:
        return m_timer.extend(action.delay);
    case Action::Kind::LimitTimer:
        return m_timer.limit(action.delay);
    case Action::Kind::CancelTimer:
        return m_timer.cancel();
    case Action::Kind::Record:
        return record(action.record);
    }
}

void SupervisedProcess::launch()
{
    m_timeAsked = 0ms;
    m_vitals = {};
    m_launchedFor = m_service;
    m_cycle.launch();
}

void SupervisedProcess::launchBegan()
{
    m_startedAt = m_edges.clock.now();
    m_vitals.begin(std::chrono::steady_clock::now());
    m_watches.begin();
    handle(happening::Launched{});
    if (m_timeAsked > 0ms)
        extendTimeout(std::exchange(m_timeAsked, 0ms));
    m_cycle.readiness().start();
}

void SupervisedProcess::launchFailed(const LaunchFailure &failure)
{
    const ExitReport report{.at = m_edges.clock.now()};
    handle(happening::LaunchFailed{report, causeOf(*m_spec, failure), failure.isPassing()});
}

void SupervisedProcess::launchEnded(ExitReport report)
{
    Q_EMIT ending();
    report.lastLines = m_cycle.takeLastLines();
    report.uptime = uptime();
    if (m_cycle.wasKilledForMemory())
        handle(happening::FaultReported{cause::Memory{
            .limitBytes = m_spec->limits.memoryMaxBytes.value_or(0), .byKernel = true}});
    m_watches.end();
    m_startedAt = {};
    handle(happening::Exited{report});
}

void SupervisedProcess::clear(bool wasAsked)
{
    m_cycle.clear(wasAsked, m_state.isKilled());
    takeNextSpec();
    if (wasAsked || m_state.isKilled() || !m_state.lastExit || m_state.lastExit->code != 0)
        return;
    // One that leaves with success and leaves others behind has most likely put itself into the
    // background, as daemons do; and so will the next launch.
    const QString left = m_cycle.adviseAgainstDaemon();
    if (!left.isEmpty())
        handle(happening::LeftBehind{left});
}

void SupervisedProcess::arm(std::chrono::milliseconds delay)
{
    if (m_state.phase() == ProcessPhase::Backoff && !m_state.isClearing())
        m_timer.startDelay(delay);
    else
        m_timer.startTimeout(delay);
}

void SupervisedProcess::record(RecordType type)
{
    m_records.append({type, statusOf(*this)});
    if (type == RecordType::Exit && m_state.phase() == ProcessPhase::Backoff)
        Q_EMIT willRestart(Cause(*m_state.cause));
}

/// What its time-out waits for does not run, and cannot do what is expected of it.
bool SupervisedProcess::isPaused() const
{
    if (m_state.isClearing())
        return m_cycle.areLeftoversPaused();
    return !m_state.isKilled() && m_cycle.isPaused(m_state.phase() == ProcessPhase::Stopping);
}

happening::TimerElapsed SupervisedProcess::timeIsUp() const
{
    if (m_state.isKilled()) {
        const procfile::Wait wait = procfile::waitOf(pid_t(pid()));
        return {.stuck = {.state = wait.state, .waitsIn = wait.place}};
    }
    if (!m_state.launchedAt() && pid() > 0)
        return {.missing
            = u"its program, or its folder, cannot be read: the file system does not answer"_s};
    return {.missing = m_cycle.readiness().missing()};
}

void SupervisedProcess::reconfigure(const QString &service, const SharedSpec &spec)
{
    m_isOutdated = m_cycle.exists() && needsRestartFor(service, *spec);
    m_service = service;
    m_nextSpec = spec;
    if (m_cycle.exists()) {
        const auto liveness = m_spec->liveness;
        m_spec = std::make_shared<ProcessSpec>(differenceOf(*m_spec, *spec).live);
        m_edges.output.setLimits(m_cycle.identity().launchId, m_spec->outputLimits);
        if (m_spec->liveness != liveness)
            m_watches.followLivenessSpec(m_state.isRunning());
    } else {
        takeNextSpec();
    }
    Q_EMIT changed();
}

bool SupervisedProcess::needsRestartFor(const QString &service, const ProcessSpec &spec) const
{
    return !m_cycle.exists() || service != m_launchedFor
        || differenceOf(*m_spec, spec).needsRestart;
}

void SupervisedProcess::takeNextSpec()
{
    m_isOutdated = false;
    if (!m_nextSpec)
        return;
    m_spec = std::exchange(m_nextSpec, nullptr);
    m_watches.followSpec();
}

void SupervisedProcess::sample()
{
    m_vitals.sample(pid_t(pid()), std::chrono::steady_clock::now());
}

void SupervisedProcess::signal(int number)
{
    if (pid() > 0)
        m_cycle.signal(number, m_spec->stopScope());
}

bool SupervisedProcess::tokenMatches(const QByteArray &token) const
{
    return m_cycle.exists() && m_cycle.identity().isToken(token);
}

void SupervisedProcess::reportReady(bool ready)
{
    if (!ready || !m_cycle.readiness().isProbed())
        handle(happening::ReadyChanged{ready});
}

void SupervisedProcess::extendTimeout(std::chrono::milliseconds time)
{
    handle(happening::TimeAsked{time});
    if (!m_state.launchedAt()) // it was faster than the news of its launch
        m_timeAsked = time;
    m_watches.extend(time);
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
