// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/supervisor.h"

#include "journal/journal.h"
#include "journal/recordfields.h"
#include "launch/leftovers.h"
#include "os/descriptorlimit.h"
#include "os/wallclock.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QJsonArray>
#include <QLoggingCategory>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logSupervisor, "semper.server.supervisor", QtInfoMsg)

constexpr auto samplingInterval = 1000ms;
// A flood must not push everything else out of the journal: only its count is told, and not often.
constexpr auto droppedInterval = 10'000ms;
// Each time every watcher gets all processes.
constexpr auto listInterval = 50ms;
// After the shutdown's limit everything is killed; what even that cannot end is left behind.
constexpr auto graceAfterKill = 2000ms;

std::optional<Cause> shutdownCause()
{
    return cause::Commanded{.action = u"shutdown"_s};
}

} // namespace

Supervisor::Supervisor(std::unique_ptr<Launcher> launcher, std::unique_ptr<WallClock> clock,
    Journal &journal, QObject *parent)
    : QObject(parent)
    , m_journal(journal)
    , m_launcher(std::move(launcher))
    , m_clock(std::move(clock))
    , m_schedules(*m_clock, journal)
    , m_orphans([this](pid_t pid) { return m_launcher->owns(pid); })
    , m_edges{
          {.launcher = *m_launcher, .output = m_output, .orphans = m_orphans},
          *m_clock,
          {},
          [this](const SupervisedProcess &it) { return m_schedules.next(it); },
      }
    , m_standbys(m_edges)
    , m_orderlyStop(m_companions)
{
    m_edges.standbys = &m_standbys;
    connect(&m_standbys, &Standbys::changed, this, [this](const QString &name) {
        for (const auto &[key, process] : m_processes)
            if (key.first == name)
                Q_EMIT processChanged(process.get());
        tellWhenStopped();
    });
    m_edges.blocker = [this](const SupervisedProcess &process) {
        return m_shuttingDown ? shutdownCause() : m_companions.blockerOf(process);
    };
    connect(&m_schedules, &Schedules::clockLeapt, this, &Supervisor::wallClockLeapt);
    m_sampler.setInterval(samplingInterval);
    connect(&m_sampler, &QTimer::timeout, this, [this] {
        for (const auto &[key, process] : m_processes) {
            if (process->pid() <= 0 || !m_isSampled(key.first))
                continue;
            process->sample();
            Q_EMIT sampled(process.get());
        }
    });
    connect(&m_output, &OutputCollector::batchReady, this, &Supervisor::countDropped);
    m_tellDropped.setSingleShot(true);
    m_tellDropped.setInterval(droppedInterval);
    connect(&m_tellDropped, &QTimer::timeout, this, &Supervisor::recordDropped);
    m_tellList.setSingleShot(true);
    m_tellList.setInterval(listInterval);
    connect(&m_tellList, &QTimer::timeout, this, &Supervisor::listChanged);
}

Supervisor::~Supervisor() = default;

void Supervisor::setSurroundings(LaunchSurroundings surroundings)
{
    m_edges.surroundings = std::move(surroundings);
}

void Supervisor::setServerDescription(std::function<QJsonObject()> describe)
{
    m_describe = std::move(describe);
}

void Supervisor::add(const QString &service, const QString &name, const ProcessSpec &spec)
{
    describe(service, name, spec);
    for (int instance = 0; instance < spec.instances; ++instance)
        addInstance(name, instance);
}

void Supervisor::describe(const QString &service, const QString &name, const ProcessSpec &spec)
{
    auto shared = std::make_shared<ProcessSpec>(spec);
    if (spec.schedule && spec.restart.policy == RestartPolicy::Always)
        shared->restart.policy = RestartPolicy::Never;
    m_standbys.set(name, *shared);
    m_descriptions[name] = {service, std::move(shared)};
}

void Supervisor::addInstance(const QString &name, int instance)
{
    const auto &[service, spec] = m_descriptions.at(name);
    auto process = std::make_unique<SupervisedProcess>(name, instance, service, spec, m_edges);
    SupervisedProcess *it = process.get();
    connect(it, &SupervisedProcess::changed, this, [this, it] {
        m_schedules.suspendOrResume(it);
        Q_EMIT processChanged(it);
    });
    connect(it, &SupervisedProcess::moved, this, [this, it] { processHasMoved(it); });
    connect(it, &SupervisedProcess::groupFreed, this, [this, it] {
        for (SupervisedProcess *other : m_companions.heldBy(*it))
            if (other->state().phase == ProcessPhase::Waiting)
                other->handle(happening::BlockerChanged{});
    });
    connect(it, &SupervisedProcess::recorded, this,
        [this, it](RecordType type, const ProcessStatus &status) {
            record(type, status);
            if (type == RecordType::Failed)
                followFailure(*it);
        });
    connect(
        it, &SupervisedProcess::metricsReceived, this, [this, it] { Q_EMIT metricsChanged(it); });
    connect(it, &SupervisedProcess::cpuCrossed, this,
        [this, it](bool high, double average) { recordCpu(*it, high, average); });
    connect(it, &SupervisedProcess::leftBehind, this,
        [this, it](const LeftoverReport &report) { recordLeftovers(*it, report); });
    connect(it, &SupervisedProcess::ending, this, [this, it] { Q_EMIT launchEnding(it); });
    connect(it, &SupervisedProcess::willRestart, this,
        [this, it](const Cause &why) { restartGroupOf(*it, why); });
    connect(it, &SupervisedProcess::standbyTaken, this, [this, it] { Q_EMIT standbyTaken(it); });
    connect(it, &SupervisedProcess::stopRequested, this,
        [this, it](std::chrono::milliseconds limit) { Q_EMIT stopRequested(it, limit); });
    m_companions.add(it);
    m_processes.insert_or_assign({name, instance}, std::move(process));
    reserveDescriptors(qsizetype(m_processes.size()));
}

void Supervisor::processHasMoved(SupervisedProcess *process)
{
    for (SupervisedProcess *other : m_companions.dependantsOf(*process))
        if (other->state().phase == ProcessPhase::Waiting)
            other->handle(happening::BlockerChanged{});
    if (m_standbys.has(process->name()))
        m_standbys.follow(process->name(), instancesOf(process->name()));
    m_orderlyStop.follow(*process);
    if (!m_shuttingDown) {
        removeRetired(process);
        return stopRetired();
    }
    tellWhenStopped();
}

void Supervisor::restartGroupOf(const SupervisedProcess &dead, const Cause &why)
{
    if (m_shuttingDown)
        return;
    for (SupervisedProcess *other : m_companions.restartedWith(dead))
        other->handle(
            happening::Recycle{cause::RestartedWith{.process = dead.name(), .because = why}});
}

void Supervisor::followFailure(const SupervisedProcess &failed)
{
    switch (failed.spec().restart.onFailed) {
    case OnFailed::Ignore:
        return;
    case OnFailed::RestartDependents:
        for (SupervisedProcess *dependant : m_companions.dependantsOf(failed))
            dependant->handle(happening::Recycle{
                cause::RestartedWith{.process = failed.name(), .because = failed.state().cause}});
        return;
    case OnFailed::StopService:
        Q_EMIT serviceFailed(
            u"%1 has failed: %2"_s.arg(failed.name(), semper::describe(failed.state().cause)));
        return;
    }
}

void Supervisor::shutDown(std::chrono::milliseconds limit)
{
    m_shuttingDown = true;
    m_standbys.endAll();
    m_schedules.end();
    QList<SupervisedProcess *> up = all();
    up.removeIf([](const auto *process) { return process->state().wanted == Wanted::Down; });
    m_orderlyStop.begin(up, *shutdownCause());
    connect(&m_shutdownLimit, &PatientTimer::timeout, this, &Supervisor::killAll);
    m_shutdownLimit.start(limit);
    tellWhenStopped();
}

void Supervisor::killAll()
{
    const QList<SupervisedProcess *> before = all(); // one that ends here and now may leave it
    for (SupervisedProcess *process : before)
        process->handle(happening::Kill{});
    if (m_stoppedTold)
        return;
    m_shutdownLimit.disconnect(this);
    connect(&m_shutdownLimit, &PatientTimer::timeout, this, &Supervisor::tellStopped);
    m_shutdownLimit.start(graceAfterKill);
}

void Supervisor::tellStopped()
{
    m_stoppedTold = true;
    m_shutdownLimit.stop();
    for (const auto &[key, process] : m_processes)
        if (!process->isDown())
            qCCritical(logSupervisor, "%s (pid %lld) is left behind: %s",
                qUtf8Printable(processLabel(process->name(), process->instance())), process->pid(),
                qUtf8Printable(semper::describe(process->state().cause)));
    QMetaObject::invokeMethod(this, &Supervisor::stopped, Qt::QueuedConnection);
}

void Supervisor::tellWhenStopped()
{
    if (!m_shuttingDown || m_stoppedTold || !m_standbys.isEmpty()
        || !std::ranges::all_of(
            m_processes, [](const auto &entry) { return OrderlyStop::isOver(*entry.second); }))
        return;
    tellStopped();
}

SupervisedProcess *Supervisor::find(const QString &name, int instance) const
{
    const auto it = m_processes.find({name, instance});
    return it == m_processes.end() ? nullptr : it->second.get();
}

QList<SupervisedProcess *> Supervisor::all() const
{
    QList<SupervisedProcess *> list;
    for (const auto &[key, process] : m_processes)
        list.append(process.get());
    return list;
}

void Supervisor::setSampled(std::function<bool(const QString &name)> isSampled)
{
    m_isSampled = std::move(isSampled);
    if (!m_isSampled)
        m_sampler.stop();
    else if (!m_sampler.isActive())
        m_sampler.start();
}

QList<ProcessStatus> Supervisor::processes() const
{
    QList<ProcessStatus> list;
    for (const auto &[key, process] : m_processes) {
        process->sample();
        list.append(process->status());
    }
    return list;
}

QList<ProcessStatus> Supervisor::statusesOf(const QString &name) const
{
    QList<ProcessStatus> list;
    for (auto it = m_processes.lower_bound({name, 0});
         it != m_processes.end() && it->second->name() == name; ++it) {
        it->second->sample();
        list.append(it->second->status());
    }
    return list;
}

bool Supervisor::allReady() const
{
    return !m_shuttingDown && std::ranges::all_of(m_processes, [](const auto &entry) {
        const ProcessSpec &spec = entry.second->spec();
        const MachineState &state = entry.second->state();
        return !spec.enabled || spec.schedule || state.ready || state.phase == ProcessPhase::Done;
    });
}

QJsonObject Supervisor::serverObject() const
{
    return m_describe ? m_describe() : QJsonObject();
}

void Supervisor::countDropped(const OutputBatch &batch)
{
    if (batch.dropped == 0)
        return;
    m_dropped[{batch.process, batch.instance}] += batch.dropped;
    if (!m_tellDropped.isActive())
        m_tellDropped.start();
}

void Supervisor::recordDropped()
{
    for (auto it = m_dropped.cbegin(); it != m_dropped.cend(); ++it)
        m_journal.record(QLatin1StringView("output_dropped"),
            {{keys::process, it.key().first}, {keys::instance, it.key().second},
                {keys::dropped, it.value()}});
    m_dropped.clear();
    const auto leftOut = m_eventBudget.takeLeftOut(std::chrono::steady_clock::now());
    for (const auto &[key, events] : leftOut) {
        const SupervisedProcess *process = find(key.first, key.second);
        const bool ready = process && process->state().ready;
        m_journal.record(QLatin1StringView("events_dropped"),
            {{keys::process, key.first}, {keys::instance, key.second}, {keys::dropped, events},
                {keys::ready, ready}});
        qCWarning(logSupervisor, "%ls: %lld events left out, too many; it is %s now",
            qUtf16Printable(processLabel(key.first, key.second)), events,
            ready ? "ready" : "not ready");
    }
}

void Supervisor::recordLeftovers(const SupervisedProcess &process, const LeftoverReport &report)
{
    QJsonArray processes;
    for (const SweptProcess &it : report.found)
        processes.append(QJsonObject{{keys::pid, it.pid}, {keys::name, it.name}});
    m_journal.record(QLatin1StringView("left_behind"),
        {{keys::process, process.name()}, {keys::instance, process.instance()},
            {keys::count, report.count}, {keys::killed, report.killed},
            {keys::processes, processes}, {keys::reason, report.text()}});
    qCWarning(logSupervisor, "%s: %s",
        qUtf8Printable(processLabel(process.name(), process.instance())),
        qUtf8Printable(report.text()));
}

void Supervisor::recordCpu(const SupervisedProcess &process, bool high, double average)
{
    const double limit = process.spec().limits.cpuMaxRatio.value_or(0);
    const QString text = u"used %1 cores over a minute, %2 its limit of %3"_s.arg(
        QString::number(average, 'f', 2), high ? u"above"_s : u"below"_s, QString::number(limit));
    m_journal.record(QLatin1StringView(high ? "cpu_high" : "cpu_normal"),
        {{keys::process, process.name()}, {keys::instance, process.instance()},
            {keys::cpuRatio, average}, {keys::cpuMaxRatio, limit}, {keys::reason, text}});
    qCInfo(logSupervisor, "%s: %s", qUtf8Printable(process.name()), qUtf8Printable(text));
}

void Supervisor::record(RecordType type, const ProcessStatus &status)
{
    const bool isOver = status.state != ProcessPhase::Running;
    if (type == RecordType::Exit || (type == RecordType::Unready && isOver))
        m_output.handOnLast(status.name, status.instance); // which comes before it
    const auto now = std::chrono::steady_clock::now();
    if (!m_eventBudget.admits({status.name, status.instance}, type, now)) {
        if (!m_tellDropped.isActive())
            m_tellDropped.start();
        return;
    }
    RecordFields fields = recordFields(type, status, m_clock->now());
    m_journal.record(fields.type, std::move(fields.fields));
    const QString text = u"%1: %2"_s.arg(processLabel(status.name, status.instance), fields.text);
    if (fields.level == QtCriticalMsg)
        qCCritical(logSupervisor, "%ls", qUtf16Printable(text));
    else
        qCInfo(logSupervisor, "%ls", qUtf16Printable(text));
}

} // namespace semper
