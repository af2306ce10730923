// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisionloop/supervisionhouse.h"

#include "boundary/distantwatcher.h"
#include "boundary/serviceside.h"
#include "cgroup/cgroupclearing.h"
#include "cgroup/cgroupplace.h"
#include "cli/commandexit.h"
#include "files/trustedpath.h"
#include "guardian/guardian.h"
#include "guardian/launchsweep.h"
#include "launch/qprocesslauncher.h"
#include "os/memory.h"
#include "os/systemwallclock.h"
#include "protocol/controlcharacters.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "supervisionloop/statusline.h"
#include "supervisor/processview.h"

#include <QDir>
#include <QLoggingCategory>
#include <QTimer>

#include <algorithm>
#include <cstdio>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logSupervisionHouse, "semper.server", QtInfoMsg)

constexpr auto sweepLimit = 5000ms;
constexpr auto timeToStart = 10'000ms;
// Beyond the stop's own limit: what is then killed takes a moment, and so does the guardian.
constexpr auto stopGrace = 15s;
constexpr qsizetype mostNamed = 100; ///< processes named in one event, or in the server object

QJsonArray toJson(const QList<SweptProcess> &processes)
{
    QJsonArray list;
    for (const SweptProcess &process : processes.first(std::min(processes.size(), mostNamed)))
        list.append(QJsonObject{{keys::pid, qint64(process.pid)}, {keys::name, process.name}});
    return list;
}

/// What an earlier server has left is obeyed: a note of a run tells which processes to kill.
std::optional<QString> distrustOfState(const QString &path)
{
    auto distrust = distrustOfFolder(path);
    for (const char *name :
        {"run", "event-id", "journal.sqlite", "journal.sqlite-wal", "schedules", "schedules-seen"})
        if (!distrust)
            distrust = distrustOfPath(path + u'/' + QLatin1StringView(name));
    if (distrust)
        distrust->prepend(u"the state directory %1 is not trusted: "_s.arg(path))
            .append(remedyForDistrust());
    return distrust;
}

} // namespace

SupervisionHouse::SupervisionHouse(ServerConfig config, RuntimeOptions options)
    : m_config(std::move(config))
    , m_options(std::move(options))
    , m_startedAt(QDateTime::currentDateTimeUtc())
    , m_serviceManager(Guardian::pid())
    , m_run(Run::make())
    , m_runRecord(m_config.stateDirectory)
    , m_supervisor(
          std::make_unique<QProcessLauncher>(), std::make_unique<SystemWallClock>(), m_journal)
    , m_notify(m_supervisor, m_journal, m_options.socketPath, m_run.id)
    , m_hub(m_supervisor, m_journal)
    , m_control(m_supervisor)
    , m_serviceLoop(m_journal)
{
    m_uptime.start();
    m_supervisor.setSurroundings({.socketPath = m_options.socketPath,
        .hostProgram = m_options.hostProgram,
        .pluginDirectories = m_config.pluginDirectories,
        .run = m_run.id});
    m_supervisor.setServerDescription([this] { return describe(); });
    m_supervisor.setReload([this](const ReloadRequest &request, ReloadDone done) {
        reload(request, std::move(done));
    });
    for (const ServiceSpec &service : m_config.services)
        for (const auto &[name, process] : service.processes.asKeyValueRange())
            m_supervisor.add(service.name, name, process);
    tellServiceManager();
    followServiceLoop();
    connect(&m_supervisor, &Supervisor::stopped, this, &SupervisionHouse::end);
    connect(&m_supervisor, &Supervisor::serviceFailed, this, [this](const QString &reason) {
        qCCritical(logSupervisionHouse, "%s; the server stops, as its configuration says",
            qUtf8Printable(reason));
        m_exitCode = int(ExitCode::Failed);
        m_failure = reason;
        shutDown();
    });
}

SupervisionHouse::~SupervisionHouse() = default;

void SupervisionHouse::followSignals()
{
    m_signals = std::make_unique<UnixSignals>();
    connect(m_signals.get(), &UnixSignals::terminateRequested, this, [this](bool again) {
        stop();
        if (again) {
            qCInfo(logSupervisionHouse, "asked a second time: everything is killed now");
            m_supervisor.killAll();
        }
    });
    connect(m_signals.get(), &UnixSignals::childEnded, &m_supervisor, &Supervisor::childEnded);
    connect(m_signals.get(), &UnixSignals::hangUp, this, [this] {
        if (Guardian::endsWithItsTerminal())
            return stop();
        m_supervisor.reload({.by = u"SIGHUP"_s}, {}); // what comes of it is logged
    });
}

void SupervisionHouse::openWatcher(DistantWatcher *watcher)
{
    watcher->setParent(&m_distantWatchers);
    m_hub.watchers().open(watcher);
}

std::optional<QString> SupervisionHouse::open()
{
    if (auto error = launchProblems())
        return error;
    // The socket first: its lock tells best which other server is running.
    if (auto error = m_hub.listen(m_options.socketPath))
        return error;
    if (auto error = prepareNotifications(m_config))
        return error;
    if (auto error = openState())
        return error;
    if (auto error = m_runRecord.read())
        return error;
    if (const auto &lost = m_runRecord.lost(); lost && RunRecord::isAlive(*lost))
        return u"the state directory %1 is a copy of that of the server with pid %2, which runs: "
               u"remove "
               "the file \"run\" from the copy"_s.arg(m_config.stateDirectory)
                   .arg(lost->pid);
    sweepLostServer();
    tellMissingEvents();
    return m_control.listen(m_config.control, m_config.stateDirectory);
}

std::optional<QString> SupervisionHouse::start(ServiceSide &services, ServiceLoopWatch::Post post)
{
    m_services = &services;
    m_hub.setServices(services);
    m_control.setConnectionSource([&services](const ConnectionQuery &query, auto done) {
        services.connections(query, std::move(done));
    });
    m_control.setEventSource([this](const EventQuery &query, EventsFound done) {
        m_journal.read(query, std::move(done));
    });
    m_reload = std::make_unique<Reload>(
        ReloadParts{.config = m_config,
            .supervisor = m_supervisor,
            .services = services,
            .control = m_control,
            .journal = m_journal,
            .prepareLaunches
            = [this](const ServerConfig &next) { return prepareNotifications(next); }},
        m_options.source);
    makeCgroups();
    // Not earlier: what a start that fails notes is missed by nobody any more.
    if (auto error = m_supervisor.rememberSchedules(m_config.stateDirectory))
        return error;
    if (auto error = m_runRecord.write(m_run))
        return error;
    m_journal.record(QLatin1StringView("server_started"),
        {{keys::pid, qint64(::getpid())}, {keys::previous, m_previousEnd}});
    m_supervisor.start();
    m_serviceLoop.watch(services.loop(), std::move(post), m_config.serviceLoop);
    // Reading the configuration and launching everything needs more than running it.
    QTimer::singleShot(timeToStart, this, &releaseFreeMemory);
    announce();
    m_serviceManager.ready();
    followSignals(); // those that came meanwhile have waited
    return std::nullopt;
}

std::optional<QString> SupervisionHouse::prepareNotifications(const ServerConfig &config)
{
    bool isWanted = false;
    bool isWantedByOthers = false;
    for (const ServiceSpec &service : config.services)
        for (const ProcessSpec &process : service.processes)
            if (process.ready.mode == ReadyMode::Notify)
                (process.limits.user.isEmpty() ? isWanted : isWantedByOthers) = true;
    std::optional<QString> error;
    // "user" may be the server's own, too.
    if (isWanted || isWantedByOthers)
        error = m_notify.prepare(NotifySockets::Folder::Own);
    if (!error && isWantedByOthers)
        error = m_notify.prepare(NotifySockets::Folder::Shared);
    return error;
}

void SupervisionHouse::reload(const ReloadRequest &request, ReloadDone done)
{
    if (!m_reload)
        return done(ReloadRefusal{.code = u"busy"_s, .detail = u"the server is starting"_s});
    if (request.dryRun)
        return m_reload->run(request, std::move(done));
    Q_EMIT reloading();
    m_reload->run(request, [this, done = std::move(done)](const ReloadResult &result) {
        m_serviceLoop.setSpec(m_config.serviceLoop);
        m_journal.setLimits(m_config.journal);
        Q_EMIT reloaded();
        if (done)
            done(result);
    });
}

std::optional<QString> SupervisionHouse::launchProblems() const
{
    for (const ServiceSpec &service : m_config.services)
        for (const auto &[name, process] : service.processes.asKeyValueRange())
            if (const auto problem = launchProblem(process))
                return u"process %1: %2"_s.arg(name, *problem);
    return std::nullopt;
}

std::optional<QString> SupervisionHouse::openState()
{
    const QString path = m_config.stateDirectory;
    if (auto error = distrustOfState(path))
        return error;
    const mode_t before = ::umask(S_IRWXG | S_IRWXO);
    const bool made = QDir().mkpath(path);
    ::umask(before);
    if (!made)
        return u"cannot make the state directory %1"_s.arg(path);
    if (auto error = distrustOfState(path)) // as it is now
        return error;
    if (auto error = m_journal.open(path, m_config.journal))
        return error;
    m_previousEnd
        = m_journal.lastId() == 0 ? QLatin1StringView("none") : QLatin1StringView("stopped");
    return std::nullopt;
}

void SupervisionHouse::sweepLostServer()
{
    const auto &lost = m_runRecord.lost();
    if (!lost)
        return;
    NotifySockets::removeShared(lost->id);
    const auto group = CgroupTree::find(lost->cgroup, lost->id);
    const SweepResult swept = (group ? sweepCgroup(*group, sweepLimit) : SweepResult())
        + sweepLaunches(lost->id, sweepLimit);
    QJsonObject fields{{keys::pid, lost->pid}, {keys::count, swept.found.size()},
        {keys::processes, toJson(swept.found)}};
    if (swept.left > 0)
        fields.insert(keys::left, swept.left);
    if (const auto &ids = m_journal.missing()) {
        fields.insert(keys::firstId, ids->first);
        fields.insert(keys::lastId, ids->last);
    }
    m_previousEnd = QLatin1StringView("lost");
    m_journal.record(QLatin1StringView("server_lost"), fields);
    qCWarning(logSupervisionHouse,
        "the server before this one (pid %lld) was lost; %lld of its processes killed", lost->pid,
        qint64(swept.found.size() - swept.left));
}

/// A server that was lost had them named by sweepLostServer().
void SupervisionHouse::tellMissingEvents()
{
    const auto &ids = m_journal.missing();
    if (ids && !m_runRecord.lost())
        m_journal.record(QLatin1StringView("events_dropped"),
            {{keys::dropped, ids->last - ids->first + 1}, {keys::firstId, ids->first},
                {keys::lastId, ids->last}});
}

void SupervisionHouse::makeCgroups()
{
    auto place = cgroupPlace();
    if (const auto *group = std::get_if<Cgroup>(&place)) {
        auto made = CgroupTree::make(*group, m_run.id, Guardian::pid());
        if (auto *tree = std::get_if<std::unique_ptr<CgroupTree>>(&made))
            m_cgroups = std::move(*tree);
        else
            place = std::get<QString>(made);
    }
    if (!m_cgroups) {
        qCInfo(logSupervisionHouse, "no control group for the processes: %ls",
            qUtf16Printable(std::get<QString>(place)));
        return;
    }
    m_run.cgroup = m_cgroups->path();
    Guardian::setCgroup(m_cgroups->path());
    m_supervisor.setCgroups(*m_cgroups);
    qCInfo(logSupervisionHouse,
        "processes live in the control group %ls; the kernel %s limit their memory",
        qUtf16Printable(m_cgroups->path()), m_cgroups->limitsMemory() ? "can" : "cannot");
}

void SupervisionHouse::announce() const
{
    const auto print = [](const QString &line) {
        std::fputs(qPrintable(withoutControls(line) + u'\n'), stdout);
    };
    for (const ServiceFacts &service : m_services->facts())
        for (const QString &address : service.addresses)
            print(u"%1 %2"_s.arg(service.name, address));
    print(u"control %1"_s.arg(m_control.address()));
    print(u"hub unix:%1"_s.arg(m_hub.socketPath()));
    const qsizetype count = m_supervisor.all().size();
    print(u"ready: %1, pid %2, %3 %4"_s.arg(m_config.node)
              .arg(::getpid())
              .arg(count)
              .arg(count == 1 ? u"process"_s : u"processes"_s));
    std::fflush(stdout);
}

void SupervisionHouse::stop()
{
    m_startsAnew = false;
    Guardian::setRestartAfterEnd(false);
    shutDown();
}

int SupervisionHouse::exitCode() const
{
    return m_startsAnew ? int(ExitCode::Failed) : m_exitCode;
}

void SupervisionHouse::partFromServices()
{
    m_services = nullptr;
    m_serviceLoop.forget();
}

void SupervisionHouse::shutDown()
{
    if (m_supervisor.isShuttingDown())
        return;
    qCInfo(logSupervisionHouse, "stopping all processes");
    m_supervisor.shutDown(m_config.shutdownTimeout);
    m_serviceManager.stopping(m_config.shutdownTimeout + stopGrace);
}

void SupervisionHouse::tellServiceManager()
{
    if (!m_serviceManager.isActive())
        return;
    m_serviceManager.setStatusSource([this] { return statusText(); });
    connect(&m_supervisor, &Supervisor::processChanged, &m_serviceManager,
        &SystemdNotifier::statusChanged);
    connect(&m_supervisor, &Supervisor::listChanged, &m_serviceManager,
        &SystemdNotifier::statusChanged);
    connect(this, &SupervisionHouse::reloading, &m_serviceManager, &SystemdNotifier::reloading);
    connect(this, &SupervisionHouse::reloaded, &m_serviceManager, &SystemdNotifier::ready);
}

void SupervisionHouse::followServiceLoop()
{
    connect(&m_serviceLoop, &ServiceLoopWatch::changed, &m_serviceManager,
        &SystemdNotifier::statusChanged);
    // So that whoever watches sees it in the server object.
    connect(&m_serviceLoop, &ServiceLoopWatch::changed, &m_supervisor, &Supervisor::listChanged);
    connect(&m_serviceLoop, &ServiceLoopWatch::restartNeeded, this, [this] {
        if (m_supervisor.isShuttingDown())
            return;
        qCCritical(logSupervisionHouse, "the server starts anew, as its configuration says");
        m_startsAnew = true;
        Guardian::setRestartAfterEnd(true);
        shutDown();
    });
}

QString SupervisionHouse::statusText() const
{
    QList<ProcessStatus> list;
    for (const SupervisedProcess *process : m_supervisor.all())
        list.append(statusOf(*process));
    const QString line = m_supervisor.isShuttingDown() ? stoppingLine(list) : statusLine(list);
    return m_serviceLoop.isHung() ? line + u"; the service loop hangs"_s : line;
}

void SupervisionHouse::end()
{
    const auto processes = m_supervisor.all();
    if (std::ranges::all_of(processes, [](const auto *process) { return process->isDown(); })
        && m_supervisor.standbys().isEmpty())
        m_runRecord.remove();
    else
        m_exitCode = int(ExitCode::Failed);
    m_journal.record(QLatin1StringView("server_stopped"), {{keys::pid, qint64(::getpid())}});
    if (!m_journal.close())
        qCWarning(logSupervisionHouse, "the last events are not on disk");
    m_hub.flush();
    if (!m_failure.isEmpty())
        qCCritical(logSupervisionHouse, "stopped: %s", qUtf8Printable(m_failure));
    Q_EMIT finished();
}

QJsonObject SupervisionHouse::describe() const
{
    QJsonArray services;
    const QList<ServiceFacts> all = m_services ? m_services->facts() : QList<ServiceFacts>();
    for (const ServiceFacts &service : all)
        services.append(QJsonObject{{keys::name, service.name}, {keys::type, service.type},
            {keys::addresses, QJsonArray::fromStringList(service.addresses)},
            {keys::connections, service.connections}, {keys::metrics, service.metrics}});
    QStringList withoutInstances = m_supervisor.namesWithoutInstances();
    withoutInstances.resize(std::min(withoutInstances.size(), mostNamed));
    return {
        {keys::node, m_config.node},
        {keys::version, QStringLiteral(SEMPER_VERSION)},
        {keys::pid, qint64(::getpid())},
        {keys::guardianPid, qint64(Guardian::pid())},
        {keys::cgroup, m_cgroups ? QJsonValue(m_cgroups->path()) : QJsonValue()},
        {keys::startedAt, wireTime(m_startedAt)},
        {keys::uptimeMs, m_uptime.elapsed()},
        {keys::stateDirectory, m_config.stateDirectory},
        {keys::control, m_control.address()},
        {keys::services, services},
        {keys::serviceLoop, m_serviceLoop.toJson()},
        {keys::journal, m_journal.toJson()},
        {keys::processes, m_supervisor.all().size()},
        {keys::withoutInstances, QJsonArray::fromStringList(withoutInstances)},
    };
}

} // namespace semper
