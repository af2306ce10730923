// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launchplan.h"

#include "launch/usersvariables.h"
#include "os/descriptorlimit.h"
#include "os/samesecret.h"
#include "spec/jsonpath.h"
#include "spec/resourcename.h"
#include "supervision/timetable.h"

#include <QDir>
#include <QRandomGenerator>

#include <array>
#include <chrono>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

QByteArray randomHex()
{
    std::array<quint32, 4> words{};
    QRandomGenerator::system()->generate(words.begin(), words.end());
    return QByteArray(reinterpret_cast<const char *>(words.data()), sizeof words).toHex();
}

/// The server's own, without what another supervisor told it alone.
const QProcessEnvironment &serversEnvironment()
{
    static const QProcessEnvironment own = [] {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QStringList names = environment.keys(); const QString &name : names)
            if (name == u"NOTIFY_SOCKET" || name.startsWith(u"LISTEN_")
                || name.startsWith(u"WATCHDOG_") || name.startsWith(u"SEMPER_"))
                environment.remove(name);
        return environment;
    }();
    return own;
}

// Source: sd_watchdog_enabled(3). WATCHDOG_PID stays away: in a wrapper the launch is
// not who sends.
void addWatchdog(QProcessEnvironment &environment, const ProcessSpec &spec)
{
    const std::chrono::microseconds watchdog = spec.watchdogPeriod();
    if (watchdog.count() > 0)
        environment.insert(u"WATCHDOG_USEC"_s, QString::number(watchdog.count()));
}

/// A limit of -1 is infinity.
rlim_t limitValue(qint64 value)
{
    return value < 0 ? RLIM_INFINITY : rlim_t(value);
}

std::variant<ChildSettings, QString> childSettings(const LimitsSpec &limits)
{
    ChildSettings settings{.nice = limits.nice};
    if (limits.umask)
        settings.umask = mode_t(*limits.umask);
    settings.limits.push_back({RLIMIT_NOFILE, originalDescriptorLimit()});
    for (auto it = limits.rlimits.cbegin(); it != limits.rlimits.cend(); ++it) {
        const auto resource = resourceFromName(it.key());
        if (!resource)
            return u"no rlimit %1"_s.arg(quoted(it.key()));
        const rlim_t value = limitValue(*it);
        settings.limits.push_back({*resource, {.rlim_cur = value, .rlim_max = value}});
    }
    RunAsResult runAs = lookUpRunAs(limits);
    if (auto *error = std::get_if<QString>(&runAs))
        return *error;
    settings.runAs = std::move(std::get<std::optional<RunAs>>(runAs));
    return settings;
}

void insert(QProcessEnvironment &environment, const QMap<QString, QString> &variables)
{
    for (auto it = variables.cbegin(); it != variables.cend(); ++it)
        environment.insert(it.key(), it.value());
}

QProcessEnvironment inheritedEnvironment(const ProcessSpec &spec, bool isForeign)
{
    const QProcessEnvironment &servers = serversEnvironment();
    if (!spec.inheritedVariables) {
        QProcessEnvironment environment = servers;
        const QString home = QDir::cleanPath(servers.value(u"HOME"_s));
        if (isForeign)
            for (const QStringList names = servers.keys(); const QString &name : names)
                if (isUsersOwn(name, servers.value(name), home))
                    environment.remove(name);
        return environment;
    }
    QProcessEnvironment environment;
    for (const QString &name : *spec.inheritedVariables)
        if (servers.contains(name))
            environment.insert(name, servers.value(name));
    return environment;
}

/// What login(1) would set.
void insertAccount(QProcessEnvironment &environment, const RunAs &who)
{
    if (!who.name.isEmpty())
        insert(environment,
            {{u"USER"_s, who.name}, {u"LOGNAME"_s, who.name}, {u"HOME"_s, who.home},
                {u"SHELL"_s, who.shell}});
}

bool isAnother(const std::optional<RunAs> &who)
{
    return who && who->user && *who->user != ::geteuid();
}

/// All of it but the file's and the server's own variables.
QProcessEnvironment groundOf(
    const ProcessSpec &spec, const std::optional<RunAs> &who, bool isForeign)
{
    QProcessEnvironment environment = inheritedEnvironment(spec, isForeign);
    if (who)
        insertAccount(environment, *who);
    if (isForeign && !environment.contains(u"PATH"_s))
        environment.insert(u"PATH"_s, QString::fromLatin1(defaultSearchPath));
    return environment;
}

void insertOwn(QProcessEnvironment &environment, const ProcessSpec &spec)
{
    insert(environment, spec.environment);
    for (const QString &name : spec.unsetVariables)
        environment.remove(name);
}

/// \a file: what its file has, if it has one.
QProcessEnvironment environmentOf(
    const ProcessSpec &spec, const std::optional<RunAs> &who, const QMap<QString, QString> &file)
{
    QProcessEnvironment environment = groundOf(spec, who, isAnother(who));
    insert(environment, file);
    insertOwn(environment, spec);
    return environment;
}

} // namespace

LaunchIdentity LaunchIdentity::make(const QString &process, int instance, const QByteArray &run)
{
    return {.process = process,
        .instance = instance,
        .token = randomHex(),
        .launchId = QByteArrayList{run, randomHex()}.join('.')};
}

QByteArray LaunchIdentity::markOfRun(const QByteArray &run)
{
    return launchVariable + ('=' + run) + '.';
}

bool LaunchIdentity::isToken(const QByteArray &offered) const
{
    return !token.isEmpty() && isSameSecret(offered, token);
}

QByteArray LaunchIdentity::mark() const
{
    return launchVariable + ('=' + launchId);
}

std::optional<QString> launchProblem(const ProcessSpec &spec)
{
    if (spec.schedule) {
        const auto timetable = Timetable::make(*spec.schedule);
        if (const auto *fault = std::get_if<QString>(&timetable))
            return *fault;
    }
    const auto settings = childSettings(spec.limits);
    const auto *error = std::get_if<QString>(&settings);
    return error != nullptr ? std::optional(*error) : std::nullopt;
}

LaunchPlan planLaunch(const ProcessSpec &spec, const LaunchIdentity &identity,
    const LaunchSurroundings &surroundings, AwaitedEnvironment &file)
{
    auto settings = childSettings(spec.limits);
    if (const auto *error = std::get_if<QString>(&settings))
        return *error;
    LaunchRequest request{
        .directory = spec.directory, .settings = std::move(std::get<ChildSettings>(settings))};
    const std::optional<RunAs> &who = request.settings.runAs;
    if (!spec.environmentFile.isEmpty())
        if (auto work = file.await(spec.environmentFile, who ? who->user : std::nullopt))
            return PlanLater{std::move(work)};
    if (const auto *error = std::get_if<QString>(&file.result()))
        return *error;
    request.environment = environmentOf(spec, who, std::get<QMap<QString, QString>>(file.result()));
    request.settings.showsStack = spec.watchdogPeriod() > 0ms || spec.liveness;
    request.environment.insert(u"SEMPER_SOCKET"_s, surroundings.socketPath);
    request.environment.insert(u"SEMPER_PROCESS"_s, identity.process);
    request.environment.insert(u"SEMPER_INSTANCE"_s, QString::number(identity.instance));
    request.environment.insert(u"SEMPER_TOKEN"_s, QString::fromLatin1(identity.token));
    request.environment.insert(
        QLatin1StringView(launchVariable), QString::fromLatin1(identity.launchId));
    request.saysWhenReady = spec.ready.mode == ReadyMode::Notify;
    if (request.saysWhenReady)
        addWatchdog(request.environment, spec);
    if (spec.isCommand()) {
        request.program = spec.command.first();
        request.arguments = spec.command.sliced(1);
        return request;
    }
    request.program = surroundings.hostProgram;
    request.arguments = {u"--semper-user-process"_s, spec.className};
    QStringList path = surroundings.pluginDirectories;
    const QString servers = qEnvironmentVariable("SEMPER_PLUGIN_PATH");
    if (const QString more = request.environment.value(u"SEMPER_PLUGIN_PATH"_s, servers);
        !more.isEmpty())
        path.append(more);
    if (!path.isEmpty())
        request.environment.insert(u"SEMPER_PLUGIN_PATH"_s, path.join(u':'));
    return request;
}

bool isForeign(const LaunchRequest &request)
{
    return isAnother(request.settings.runAs);
}

ForeseenLaunch foreseeLaunch(const ProcessSpec &spec, const EnvironmentReader &read)
{
    const RunAsResult runAs = lookUpRunAs(spec.limits);
    const auto *known = std::get_if<std::optional<RunAs>>(&runAs);
    const std::optional<RunAs> who = known != nullptr ? *known : std::nullopt;
    const bool isForeign = known != nullptr ? isAnother(who) : !spec.limits.user.isEmpty();
    QProcessEnvironment environment = groundOf(spec, who, isForeign);
    ForeseenLaunch foreseen;
    if (!spec.environmentFile.isEmpty()) {
        const EnvironmentResult file = parseEnvironmentFile(
            spec.environmentFile, read(spec.environmentFile, who ? who->user : std::nullopt));
        if (const auto *variables = std::get_if<QMap<QString, QString>>(&file))
            insert(environment, *variables);
        else
            foreseen.fileProblem = std::get<QString>(file);
    }
    insertOwn(environment, spec);
    foreseen.searchPath = environment.value(u"PATH"_s);
    if (foreseen.searchPath.isEmpty())
        foreseen.searchPath = QString::fromLatin1(defaultSearchPath);
    return foreseen;
}

Cause causeOf(const ProcessSpec &spec, const LaunchFailure &failure)
{
    const QString what = spec.isCommand() ? spec.command.first() : spec.className;
    const QString where
        = failure.step == "directory"_L1 ? u"%1 in %2"_s.arg(what, spec.directory) : what;
    return cause::NotStarted{.step = failure.step,
        .error = failure.error,
        .detail = u"%1: %2"_s.arg(where, failure.detail)};
}

} // namespace semper
