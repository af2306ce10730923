// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/serverruntime.h"

#include "application/statusline.h"
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
#include "services/base/servicecontext.h"

#include <semper/serverapplication.h>
#include <semper/service.h>

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

Q_LOGGING_CATEGORY(logServerRuntime, "semper.server", QtInfoMsg)

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
    for (const char *name : {"run", "event-id", "schedules", "schedules-seen"})
        if (!distrust)
            distrust = distrustOfPath(path + u'/' + QLatin1StringView(name));
    if (distrust)
        distrust->prepend(u"the state directory %1 is not trusted: "_s.arg(path))
            .append(remedyForDistrust());
    return distrust;
}

} // namespace

ServerRuntime::ServerRuntime(
    ServerApplication &application, ServerConfig config, RuntimeOptions options)
    : m_application(application)
    , m_config(std::move(config))
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
    , m_reload({.application = m_application,
                   .config = m_config,
                   .supervisor = m_supervisor,
                   .control = m_control,
                   .journal = m_journal,
                   .introduce = [this](Service &service) { introduce(service); },
                   .serviceAdded = [this](Service &service) { connectService(service); },
                   .prepareLaunches
                   = [this](const ServerConfig &next) { return prepareNotifications(next); }},
          m_options.source)
    , m_connections(m_application)
    , m_answers(m_application)
{
    m_uptime.start();
    m_supervisor.setSurroundings({.socketPath = m_options.socketPath,
        .hostProgram = m_options.hostProgram,
        .pluginDirectories = m_config.pluginDirectories,
        .run = m_run.id});
    m_supervisor.setServerDescription([this] { return describe(); });
    m_supervisor.setReload([this](const ReloadRequest &request) { return reload(request); });
    m_hub.setRequestHandler(
        [this](ProcessSession &session, const QString &method, const QJsonObject &params) {
            return m_connections.answer(session, method, params);
        });
    m_hub.setAskHandler([this](ProcessSession &session, const QJsonValue &id,
                            const QJsonObject &params) { m_answers.answer(session, id, params); });
    m_control.setConnectionSource(
        [this](const ConnectionQuery &query) { return m_connections.page(query); });
    for (const auto &service : m_application.services()) {
        addProcesses(*service);
        introduce(*service);
        connectService(*service);
    }
    connect(&m_signals, &UnixSignals::terminateRequested, this, [this](bool again) {
        shutDown();
        if (again) {
            qCInfo(logServerRuntime, "asked a second time: everything is killed now");
            m_supervisor.killAll();
        }
    });
    connect(&m_signals, &UnixSignals::childEnded, &m_supervisor, &Supervisor::childEnded);
    connect(&m_signals, &UnixSignals::hangUp, this, [this] {
        if (Guardian::endsWithItsTerminal())
            return shutDown();
        static_cast<void>(m_supervisor.reload({.by = u"SIGHUP"_s})); // which is logged
    });
    tellServiceManager();
    connect(&m_supervisor, &Supervisor::stopped, this, &ServerRuntime::end);
    connect(&m_supervisor, &Supervisor::serviceFailed, this, [this](const QString &reason) {
        qCCritical(logServerRuntime, "%s; the server stops, as its configuration says",
            qUtf8Printable(reason));
        m_exitCode = int(ExitCode::Failed);
        m_failure = reason;
        shutDown();
    });
}

ServerRuntime::~ServerRuntime() = default;

void ServerRuntime::addProcesses(const Service &service)
{
    for (auto it = service.processes().cbegin(); it != service.processes().cend(); ++it)
        m_supervisor.add(service.name(), it.key(), it.value());
}

void ServerRuntime::introduce(Service &service)
{
    service.setContext({.supervision = &m_supervisor,
        .mail = &m_hub.messenger(),
        .isToken = [this](const QByteArray &token) { return m_control.isToken(token); },
        .openWatcher = [this](FrameConnection *peer) { m_hub.watchers().open(peer); }});
}

void ServerRuntime::connectService(Service &service)
{
    connect(&m_hub.messenger(), &Messenger::messagesDropped, &service,
        [&service](const SupervisedProcess &process, int count) {
            if (process.service() == service.name())
                Q_EMIT service.messagesDropped(process.name(), process.instance(), count);
        });
    connect(&m_hub, &Hub::messageReceived, &service,
        [&service](const SupervisedProcess &process, const QJsonObject &payload) {
            if (process.service() == service.name())
                Q_EMIT service.messageReceived(process.name(), process.instance(), payload);
        });
}

std::optional<QString> ServerRuntime::start()
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
    if (auto error = listen())
        return error;
    makeCgroups();
    // Not earlier: what a start that fails notes is missed by nobody any more.
    if (auto error = m_supervisor.rememberSchedules(m_config.stateDirectory))
        return error;
    if (auto error = m_runRecord.write(m_run))
        return error;
    m_journal.record(QLatin1StringView("server_started"), {{keys::pid, qint64(::getpid())}});
    m_supervisor.start();
    // Reading the configuration and launching everything needs more than running it.
    QTimer::singleShot(timeToStart, this, &releaseFreeMemory);
    announce();
    m_serviceManager.ready();
    return std::nullopt;
}

std::optional<QString> ServerRuntime::prepareNotifications(const ServerConfig &config)
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

ReloadResult ServerRuntime::reload(const ReloadRequest &request)
{
    if (request.dryRun)
        return m_reload.run(request);
    Q_EMIT reloading();
    ReloadResult result = m_reload.run(request);
    Q_EMIT reloaded();
    return result;
}

std::optional<QString> ServerRuntime::launchProblems() const
{
    for (const auto &service : m_application.services())
        for (auto it = service->processes().cbegin(); it != service->processes().cend(); ++it)
            if (const auto problem = launchProblem(*it))
                return u"process %1: %2"_s.arg(it.key(), *problem);
    return std::nullopt;
}

std::optional<QString> ServerRuntime::openState()
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
    return m_journal.open(path);
}

void ServerRuntime::sweepLostServer()
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
    m_journal.record(QLatin1StringView("server_lost"), fields);
    qCWarning(logServerRuntime,
        "the server before this one (pid %lld) was lost; %lld of its processes killed", lost->pid,
        qint64(swept.found.size() - swept.left));
}

void ServerRuntime::makeCgroups()
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
        qCInfo(logServerRuntime, "no control group for the processes: %ls",
            qUtf16Printable(std::get<QString>(place)));
        return;
    }
    m_run.cgroup = m_cgroups->path();
    Guardian::setCgroup(m_cgroups->path());
    m_supervisor.setCgroups(*m_cgroups);
    qCInfo(logServerRuntime,
        "processes live in the control group %ls; the kernel %s limit their memory",
        qUtf16Printable(m_cgroups->path()), m_cgroups->limitsMemory() ? "can" : "cannot");
}

std::optional<QString> ServerRuntime::listen()
{
    if (auto error = m_control.listen(m_config.control, m_config.stateDirectory))
        return error;
    for (const auto &service : m_application.services())
        if (auto error = service->listen())
            return u"service %1: %2"_s.arg(service->name(), *error);
    return std::nullopt;
}

void ServerRuntime::announce() const
{
    const auto print = [](const QString &line) {
        std::fputs(qPrintable(withoutControls(line) + u'\n'), stdout);
    };
    for (const auto &service : m_application.services())
        for (const QString &address : service->addresses())
            print(u"%1 %2"_s.arg(service->name(), address));
    print(u"control %1"_s.arg(m_control.address()));
    print(u"hub unix:%1"_s.arg(m_hub.socketPath()));
    const qsizetype count = m_supervisor.all().size();
    print(u"ready: %1, pid %2, %3 %4"_s.arg(m_config.node)
              .arg(::getpid())
              .arg(count)
              .arg(count == 1 ? u"process"_s : u"processes"_s));
    std::fflush(stdout);
}

void ServerRuntime::shutDown()
{
    if (m_supervisor.isShuttingDown())
        return;
    qCInfo(logServerRuntime, "stopping all processes");
    m_supervisor.shutDown(m_config.shutdownTimeout);
    m_serviceManager.stopping(m_config.shutdownTimeout + stopGrace);
}

void ServerRuntime::tellServiceManager()
{
    if (!m_serviceManager.isActive())
        return;
    m_serviceManager.setStatusSource([this] { return statusText(); });
    connect(&m_supervisor, &Supervisor::processChanged, &m_serviceManager,
        &SystemdNotifier::statusChanged);
    connect(&m_supervisor, &Supervisor::listChanged, &m_serviceManager,
        &SystemdNotifier::statusChanged);
    connect(this, &ServerRuntime::reloading, &m_serviceManager, &SystemdNotifier::reloading);
    connect(this, &ServerRuntime::reloaded, &m_serviceManager, &SystemdNotifier::ready);
}

QString ServerRuntime::statusText() const
{
    QList<ProcessStatus> list;
    for (const SupervisedProcess *process : m_supervisor.all())
        list.append(process->status());
    return m_supervisor.isShuttingDown() ? stoppingLine(list) : statusLine(list);
}

void ServerRuntime::end()
{
    const auto processes = m_supervisor.all();
    if (std::ranges::all_of(processes, [](const auto *process) { return process->isDown(); })
        && m_supervisor.standbys().isEmpty())
        m_runRecord.remove();
    else
        m_exitCode = int(ExitCode::Failed);
    m_journal.record(QLatin1StringView("server_stopped"), {{keys::pid, qint64(::getpid())}});
    m_hub.flush();
    // What speaks a protocol with a farewell is told it.
    for (const auto &service : m_application.services())
        for (const Connection &connection : service->connections())
            service->closeConnection(connection.id);
    if (!m_failure.isEmpty())
        qCCritical(logServerRuntime, "stopped: %s", qUtf8Printable(m_failure));
    Q_EMIT finished(m_exitCode);
}

QJsonObject ServerRuntime::describe() const
{
    QJsonArray services;
    for (const auto &service : m_application.services())
        services.append(QJsonObject{{keys::name, service->name()}, {keys::type, service->type()},
            {keys::addresses, QJsonArray::fromStringList(service->addresses())},
            {keys::connections, service->connectionCount()},
            {keys::metrics, service->metrics()}});
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
        {keys::processes, m_supervisor.all().size()},
        {keys::withoutInstances, QJsonArray::fromStringList(withoutInstances)},
    };
}

} // namespace semper
