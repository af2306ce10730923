// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/supervisedprocess.h"

#include "launch/leftovers.h"
#include "launch/orphankeeper.h"
#include "os/freezer.h"
#include "os/wallclock.h"
#include "protocol/condition.h"

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
        return std::tuple(state.phase, state.wanted, state.ready, state.clearing, state.unkillable,
            state.resting, state.launchedAt);
    };
    return concern(before) != concern(now);
}

/// Its group may not be launched.
bool holdsGroup(const MachineState &state)
{
    return state.phase == ProcessPhase::Stopping || state.clearing;
}

} // namespace

SupervisedProcess::SupervisedProcess(QString name, int instance, QString service, SharedSpec spec,
    const SupervisorEdges &edges, QObject *parent)
    : QObject(parent)
    , m_identity{.process = std::move(name), .instance = instance}
    , m_service(std::move(service))
    , m_spec(std::move(spec))
    , m_edges(edges)
    , m_readiness(edges, [this] { handle(happening::ReadyChanged{true}); })
    , m_heartbeat(m_spec->watchdogPeriod())
{
    m_timeout.setPauseCheck([this] { return isPaused(); });
    connect(&m_timeout, &PatientTimer::timeout, this, [this] { handle(timeIsUp()); });
    m_backoff.setSingleShot(true);
    m_backoff.setTimerType(Qt::PreciseTimer);
    connect(&m_backoff, &QTimer::timeout, this, [this] { handle(happening::TimerElapsed{}); });
    m_conditionTimer.setSingleShot(true);
    connect(&m_conditionTimer, &QTimer::timeout, this, [this] {
        awaitNextCondition();
        Q_EMIT changed();
    });
    connect(&m_heartbeat, &HeartbeatWatch::changed, this, &SupervisedProcess::changed);
    connect(&m_heartbeat, &HeartbeatWatch::hung, this,
        [this] { handle(happening::Hung{cause::Hung{.silent = m_heartbeat.watchdog()}}); });
    watchLimits();
    watchWork();
    if (!m_spec->enabled)
        m_state.cause = cause::Disabled{};
}

SupervisedProcess::~SupervisedProcess() = default;

happening::TimerElapsed SupervisedProcess::timeIsUp() const
{
    if (m_state.killed) {
        const procfile::Wait wait = procfile::waitOf(pid_t(pid()));
        return {.stuck = {.state = wait.state, .waitsIn = wait.place}};
    }
    if (!m_state.launchedAt && pid() > 0)
        return {.missing
            = u"its program, or its folder, cannot be read: the file system does not answer"_s};
    return {.missing = m_readiness.missing()};
}

bool SupervisedProcess::isDown() const
{
    switch (m_state.phase) {
    case ProcessPhase::Stopped:
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        return !m_state.clearing;
    case ProcessPhase::Waiting:
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
    case ProcessPhase::Backoff:
    case ProcessPhase::Stopping:
        return false;
    }
    Q_UNREACHABLE();
}

void SupervisedProcess::watchLimits()
{
    m_limitWatch.reset();
    if (!LimitWatch::isFor(m_spec->limits))
        return;
    m_limitWatch = std::make_unique<LimitWatch>(m_spec->limits);
    connect(m_limitWatch.get(), &LimitWatch::tooOld, this, [this](std::chrono::milliseconds age) {
        handle(happening::Recycle{cause::Age{.after = age}});
    });
    connect(m_limitWatch.get(), &LimitWatch::tooLarge, this, [this](qint64 bytes) {
        handle(happening::Excess{cause::Memory{
            .bytes = bytes, .limitBytes = m_spec->limits.memoryMaxBytes.value_or(0)}});
    });
    connect(m_limitWatch.get(), &LimitWatch::cpuCrossed, this, &SupervisedProcess::cpuCrossed);
}

void SupervisedProcess::watchWork()
{
    m_stallWatch.reset();
    if (!m_spec->stalledAfter)
        return;
    m_stallWatch
        = std::make_unique<StallWatch>(*m_spec->stalledAfter, [this] { return isPaused(); });
    connect(
        m_stallWatch.get(), &StallWatch::stalled, this, [this] { handle(happening::Stalled{}); });
    connect(m_stallWatch.get(), &StallWatch::workedAgain, this,
        [this] { handle(happening::WorkedAgain{}); });
}

void SupervisedProcess::followWork()
{
    if (!m_stallWatch)
        return;
    if (m_state.phase == ProcessPhase::Running && !m_state.killed)
        m_stallWatch->begin();
    else
        m_stallWatch->end();
}

QList<pid_t> SupervisedProcess::members() const
{
    if (m_group.exists())
        return m_group.members();
    QList<pid_t> roots = m_edges.orphans.orphansOf(pid_t(m_session), m_identity.mark()).orphans;
    roots.prepend(pid_t(pid()));
    return procfile::withDescendants(roots);
}

qint64 SupervisedProcess::pid() const
{
    return m_launch ? m_launch->pid() : 0;
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

/// Restarts are no longer of the last hour at some time, and what keeps running is not in a crash
/// loop any more.
void SupervisedProcess::awaitNextCondition()
{
    const Instant now = std::chrono::steady_clock::now();
    std::optional<Instant> next = m_state.lastRestarts.nextFall(now);
    if (next && m_state.launchedAt)
        if (const Instant stays = *m_state.launchedAt + longEnoughUp; stays > now)
            next = std::min(*next, stays);
    if (next)
        m_conditionTimer.start(std::chrono::ceil<std::chrono::milliseconds>(*next - now));
    else
        m_conditionTimer.stop();
}

std::optional<Cause> SupervisedProcess::blockerNow() const
{
    // What lives is not launched: whether others would let it costs a look at each of them.
    const bool lives
        = m_state.phase == ProcessPhase::Starting || m_state.phase == ProcessPhase::Running;
    return lives || !m_edges.blocker ? std::nullopt : m_edges.blocker(*this);
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
    // A command that watches itself (WATCHDOG=1) begins with that once it is up.
    if (m_spec->isCommand() && m_spec->watchdogPeriod() > 0ms && !m_heartbeat.isWatching()
        && m_state.phase == ProcessPhase::Running)
        m_heartbeat.start(processLabel(name(), instance()), pid());
    if (m_state.phase != ProcessPhase::Starting || m_state.killed)
        m_readiness.end();
    followLiveness();
    followWork();
    noteNextStart();
    for (const Action &action : std::as_const(result.actions))
        perform(action);
}

void SupervisedProcess::followLiveness()
{
    if (m_state.phase != ProcessPhase::Running || m_state.killed) {
        if (m_liveness)
            m_liveness->stop();
        return;
    }
    if (!m_spec->liveness)
        return;
    if (!m_liveness) {
        m_liveness = std::make_unique<LivenessWatch>(m_edges);
        connect(m_liveness.get(), &LivenessWatch::changed, this, &SupervisedProcess::changed);
        connect(m_liveness.get(), &LivenessWatch::dead, this,
            [this](const Cause &why) { handle(happening::Hung{why}); });
    }
    m_liveness->watch(*m_spec, m_identity, pid());
}

void SupervisedProcess::noteNextStart()
{
    if (m_state.nextStartAt)
        m_nextStartAt
            = m_edges.clock.now().addDuration(std::chrono::duration_cast<std::chrono::milliseconds>(
                *m_state.nextStartAt - std::chrono::steady_clock::now()));
}

QDateTime SupervisedProcess::nextStartAt() const
{
    if (m_state.nextStartAt)
        return m_nextStartAt;
    const bool betweenRuns = m_state.resting || m_state.phase == ProcessPhase::Done
        || m_state.phase == ProcessPhase::Failed;
    return betweenRuns && m_edges.nextRun ? m_edges.nextRun(*this) : QDateTime();
}

void SupervisedProcess::wallClockLeapt()
{
    noteNextStart();
    if (nextStartAt().isValid())
        Q_EMIT changed();
}

void SupervisedProcess::tellRecords()
{
    for (const auto &[type, status] : std::exchange(m_records, {}))
        Q_EMIT recorded(type, status);
}

void SupervisedProcess::perform(const Action &action)
{
    switch (action.kind) {
    case Action::Kind::Launch:
        return launch();
    case Action::Kind::RequestStop:
        return requestStop();
    case Action::Kind::Kill:
        if (m_launch)
            m_launch->signal(SIGKILL, StopScope::Group);
        return;
    case Action::Kind::ClearLeftovers:
        return clearLeftovers(action.asked);
    case Action::Kind::KillLeftovers:
        if (m_leftovers)
            m_leftovers->kill();
        return;
    case Action::Kind::ArmTimer:
        return arm(action.delay);
    case Action::Kind::ExtendTimer:
        if (m_timeout.isActive() && m_timeout.remaining() < action.delay)
            m_timeout.start(action.delay);
        return;
    case Action::Kind::LimitTimer:
        if (m_timeout.isActive() && m_timeout.remaining() > action.delay)
            m_timeout.start(action.delay);
        return;
    case Action::Kind::CancelTimer:
        m_backoff.stop();
        return m_timeout.stop();
    case Action::Kind::Record:
        m_records.append({action.record, status()});
        if (action.record == RecordType::Exit && m_state.phase == ProcessPhase::Backoff)
            Q_EMIT willRestart(Cause(*m_state.cause));
        return;
    }
}

void SupervisedProcess::requestStop()
{
    Q_EMIT stopRequested(m_spec->stop.timeout);
    if (!m_launch)
        return;
    if (!m_group.exists() && pid() > 0)
        m_kin = Leftovers::kinOf(pid_t(pid()));
    m_launch->signal(m_spec->stop.signal, m_spec->stopScope());
    if (procfile::isFrozen(pid_t(pid()))) // it would not see the signal
        m_launch->signal(SIGCONT, StopScope::Group);
}

void SupervisedProcess::arm(std::chrono::milliseconds delay)
{
    m_backoff.stop();
    m_timeout.stop();
    if (m_state.phase == ProcessPhase::Backoff && !m_state.clearing)
        m_backoff.start(delay);
    else
        m_timeout.start(delay);
}

/// What its time-out waits for does not run, and cannot do what is expected of it.
bool SupervisedProcess::isPaused() const
{
    if (m_state.clearing)
        return m_leftovers && m_leftovers->isPaused();
    const auto launch = pid_t(pid());
    if (m_state.killed || launch <= 0)
        return false;
    if (isInFrozenCgroup(launch))
        return true;
    // A signal that stops it is nobody's pause: who sends it to what starts does not hold that up.
    if (m_state.phase == ProcessPhase::Stopping && procfile::isFrozen(launch))
        m_launch->signal(SIGCONT, StopScope::Group); // or it would never have to end
    return false;
}

void SupervisedProcess::extendTimeout(std::chrono::milliseconds time)
{
    handle(happening::TimeAsked{time});
    if (!m_state.launchedAt) // it was faster than the news of its launch
        m_timeAsked = time;
    m_heartbeat.extend(time);
    if (m_limitWatch)
        m_limitWatch->extendAge(time);
}

void SupervisedProcess::signal(int number)
{
    if (pid() > 0)
        m_launch->signal(number, m_spec->stopScope());
}

bool SupervisedProcess::tokenMatches(const QByteArray &token) const
{
    return m_launch && m_identity.isToken(token);
}

} // namespace semper
