// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/supervisor.h"

#include "os/wallclock.h"
#include "supervisor/processview.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

Supervisor::Supervisor(std::unique_ptr<Launcher> launcher, std::unique_ptr<WallClock> clock,
    Journal &journal, QObject *parent)
    : QObject(parent)
    , m_launcher(std::move(launcher))
    , m_clock(std::move(clock))
    , m_schedules(*m_clock, journal)
    , m_orphans([this](pid_t pid) { return m_launcher->owns(pid); })
    , m_edges{{.launcher = *m_launcher, .output = m_output, .orphans = m_orphans}, *m_clock,
          m_standbys,
          [this](const SupervisedProcess &it) -> std::optional<Cause> {
              return m_shutdown.hasBegun() ? Shutdown::why() : m_table.companions().blockerOf(it);
          },
          [this](const SupervisedProcess &it) { return m_schedules.next(it); }}
    , m_standbys(m_edges)
    , m_table(m_edges, [this](SupervisedProcess *process) { watch(process); })
    , m_recorder(journal, *m_clock, m_output, m_table)
    , m_orderlyStop(m_table.companions())
    , m_instances(m_table, m_schedules, m_orderlyStop)
    , m_restarts(m_orderlyStop)
    , m_reconfiguration(m_table, m_instances, m_restarts, m_schedules)
    , m_commands(m_table, m_instances, m_restarts, m_orderlyStop, journal)
    , m_shutdown(m_table, m_schedules, m_standbys, m_orderlyStop)
    , m_sampler(m_table)
{
    connectParts();
}

Supervisor::~Supervisor() = default;

void Supervisor::connectParts()
{
    connect(&m_standbys, &Standbys::changed, this, [this](const QString &name) {
        for (SupervisedProcess *process : m_table.instancesOf(name))
            Q_EMIT processChanged(process);
        m_shutdown.follow();
    });
    connect(&m_schedules, &Schedules::clockLeapt, this, [this] {
        for (SupervisedProcess *process : m_table.all())
            process->wallClockLeapt();
    });
    connect(&m_restarts, &Restarts::givenUp, &m_recorder, &ProcessRecorder::recordGivenUp);
    connect(&m_instances, &Instances::changed, this, &Supervisor::listChanged);
    connect(&m_shutdown, &Shutdown::stopped, this, &Supervisor::stopped);
    connect(&m_sampler, &Sampler::sampled, this, &Supervisor::sampled);
}

void Supervisor::setPluginDirectories(const QStringList &directories)
{
    if (std::exchange(m_edges.surroundings.pluginDirectories, directories) == directories)
        return;
    for (const auto &[name, description] : m_table.descriptions()) {
        m_standbys.set(name, *description.spec); // those that wait have loaded already
        m_standbys.follow(name, m_table.instancesOf(name));
    }
}

void Supervisor::add(const QString &service, const QString &name, const ProcessSpec &spec)
{
    m_table.describe(service, name, spec);
    for (int instance = 0; instance < spec.instances; ++instance)
        m_table.add(name, instance);
}

void Supervisor::watch(SupervisedProcess *process)
{
    connect(process, &SupervisedProcess::changed, this,
        [this, process] { m_schedules.suspendOrResume(process); });
    connect(process, &SupervisedProcess::moved, this, [this, process] { followMove(process); });
    connect(process, &SupervisedProcess::groupFreed, this, [this, process] {
        for (SupervisedProcess *other : m_table.companions().heldBy(*process))
            other->blockerChanged();
    });
    connect(process, &SupervisedProcess::willRestart, this,
        [this, process](const Cause &why) { restartGroupOf(*process, why); });
    connect(process, &SupervisedProcess::recorded, this,
        [this, process](RecordType type, const ProcessStatus &status) {
            m_recorder.record(type, status);
            if (type == RecordType::Failed)
                followFailure(*process);
        });
    connect(process, &SupervisedProcess::cpuCrossed, this,
        [this, process](bool high, double used) { m_recorder.recordCpu(*process, high, used); });
    connect(process, &SupervisedProcess::leftBehind, this,
        [this, process](
            const LeftoverReport &report) { m_recorder.recordLeftovers(*process, report); });
    passOn(process);
}

void Supervisor::passOn(SupervisedProcess *process)
{
    connect(process, &SupervisedProcess::changed, this,
        [this, process] { Q_EMIT processChanged(process); });
    connect(process, &SupervisedProcess::metricsReceived, this,
        [this, process] { Q_EMIT metricsChanged(process); });
    connect(process, &SupervisedProcess::ending, this,
        [this, process] { Q_EMIT launchEnding(process); });
    connect(process, &SupervisedProcess::standbyTaken, this,
        [this, process] { Q_EMIT standbyTaken(process); });
    connect(process, &SupervisedProcess::stopRequested, this,
        [this, process](std::chrono::milliseconds limit) { Q_EMIT stopRequested(process, limit); });
}

void Supervisor::followMove(SupervisedProcess *process)
{
    for (SupervisedProcess *other : m_table.companions().dependantsOf(*process))
        other->blockerChanged();
    if (m_standbys.has(process->name()))
        m_standbys.follow(process->name(), m_table.instancesOf(process->name()));
    m_orderlyStop.follow(*process);
    if (m_shutdown.hasBegun())
        m_shutdown.follow();
    else
        m_instances.follow(process);
}

void Supervisor::restartGroupOf(const SupervisedProcess &dead, const Cause &why)
{
    if (m_shutdown.hasBegun())
        return;
    for (SupervisedProcess *other : m_table.companions().restartedWith(dead))
        other->handle(
            happening::Recycle{cause::RestartedWith{.process = dead.name(), .because = why}});
}

void Supervisor::followFailure(const SupervisedProcess &failed)
{
    const std::optional<Cause> &why = failed.state().cause;
    switch (failed.spec().restart.onFailed) {
    case OnFailed::Ignore:
        return;
    case OnFailed::RestartDependents:
        for (SupervisedProcess *dependant : m_table.companions().dependantsOf(failed))
            dependant->handle(
                happening::Recycle{cause::RestartedWith{.process = failed.name(), .because = why}});
        return;
    case OnFailed::StopService:
        Q_EMIT serviceFailed(u"%1 has failed: %2"_s.arg(failed.name(), describe(why)));
        return;
    }
}

std::optional<QString> Supervisor::rememberSchedules(const QString &stateDirectory)
{
    QMap<QString, ScheduleSpec> schedules;
    for (const auto &[name, description] : m_table.descriptions())
        if (description.spec->enabled && description.spec->schedule)
            schedules.insert(name, *description.spec->schedule);
    return m_schedules.remember(stateDirectory, schedules);
}

void Supervisor::start()
{
    QList<SupervisedProcess *> enabled = m_table.all();
    enabled.removeIf([](const auto *process) { return !process->spec().enabled; });
    for (const SupervisedProcess *process : std::as_const(enabled))
        m_schedules.tellMissed(*process);
    for (SupervisedProcess *process : m_table.companions().inOrder(enabled))
        m_schedules.begin(process);
}

void Supervisor::shutDown(std::chrono::milliseconds limit)
{
    m_shutdown.begin(limit);
}

void Supervisor::killAll()
{
    m_shutdown.killAll();
}

void Supervisor::reconfigure(const QList<ProcessChange> &changes)
{
    m_reconfiguration.apply(changes);
    Q_EMIT listChanged();
}

ReloadReport Supervisor::foretell(const ConfigDifference &difference) const
{
    return m_reconfiguration.foretell(difference);
}

void Supervisor::takeUp(const QList<LeftBehind> &left)
{
    m_reconfiguration.takeUp(left);
}

SupervisedProcess *Supervisor::find(const QString &name, int instance) const
{
    return m_table.find(name, instance);
}

QStringList Supervisor::namesWithoutInstances() const
{
    QStringList names = m_table.names();
    names.removeIf([this](const QString &name) { return find(name, 0) != nullptr; });
    return names;
}

QList<ProcessStatus> Supervisor::processes() const
{
    QList<ProcessStatus> list;
    for (SupervisedProcess *process : m_table.all()) {
        process->sample();
        list.append(statusOf(*process));
    }
    return list;
}

QList<ProcessStatus> Supervisor::statusesOf(const QString &name) const
{
    QList<ProcessStatus> list;
    for (SupervisedProcess *process : m_table.instancesOf(name)) {
        process->sample();
        list.append(statusOf(*process));
    }
    return list;
}

bool Supervisor::allReady() const
{
    return !m_shutdown.hasBegun() && m_table.areAll([](const SupervisedProcess &process) {
        const ProcessSpec &spec = process.spec();
        const MachineState &state = process.state();
        return !spec.enabled || spec.schedule || state.isReady()
            || state.phase() == ProcessPhase::Done;
    });
}

QJsonObject Supervisor::serverObject() const
{
    return m_describe ? m_describe() : QJsonObject();
}

CommandResult Supervisor::command(const SupervisionCommand &command)
{
    if (m_shutdown.hasBegun())
        return CommandError{.code = u"shutting_down"_s, .detail = u"the server is stopping"_s};
    return m_commands.run(command);
}

void Supervisor::reload(const ReloadRequest &request, ReloadDone done)
{
    if (m_shutdown.hasBegun())
        return done(ReloadRefusal{u"shutting_down"_s, u"the server is stopping"_s});
    if (!m_reload)
        return done(ReloadRefusal{u"no_configuration"_s, u"there is nothing to read again"_s});
    m_reload(request, std::move(done));
}

} // namespace semper
