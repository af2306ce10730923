// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/launchplan.h"

#include "spec/environmentfile.h"
#include "spec/jsonpath.h"
#include "spec/resourcename.h"
#include "supervision/timetable.h"
#include "supervisor/descriptorlimit.h"

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

QProcessEnvironment inheritedEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys())
        if (name == u"NOTIFY_SOCKET" || name.startsWith(u"LISTEN_") || name.startsWith(u"WATCHDOG_")
            || name.startsWith(u"SEMPER_"))
            environment.remove(name);
    if (qEnvironmentVariableIsSet("SEMPER_PLUGIN_PATH"))
        environment.insert(u"SEMPER_PLUGIN_PATH"_s, qEnvironmentVariable("SEMPER_PLUGIN_PATH"));
    return environment;
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

/// What login(1) would set.
void insertAccount(QProcessEnvironment &environment, const RunAs &who)
{
    // Folders of the server's own user, where the other may not write.
    for (const QString &name : {u"XDG_RUNTIME_DIR"_s, u"XDG_CONFIG_HOME"_s, u"XDG_STATE_HOME"_s,
             u"XDG_CACHE_HOME"_s, u"XDG_DATA_HOME"_s, u"DBUS_SESSION_BUS_ADDRESS"_s, u"OLDPWD"_s})
        environment.remove(name);
    if (!who.name.isEmpty())
        insert(environment,
            {{u"USER"_s, who.name}, {u"LOGNAME"_s, who.name}, {u"HOME"_s, who.home},
                {u"SHELL"_s, who.shell}});
}

/// Lays what the specification says over \a environment. Why not, if it cannot be done.
std::optional<QString> insertOwn(
    QProcessEnvironment &environment, const ProcessSpec &spec, const std::optional<RunAs> &runAs)
{
    if (runAs)
        insertAccount(environment, *runAs);
    if (!spec.environmentFile.isEmpty()) {
        const auto owner = runAs ? runAs->user : std::nullopt;
        const EnvironmentResult file = readEnvironmentFile(spec.environmentFile, owner);
        if (const auto *error = std::get_if<QString>(&file))
            return *error;
        insert(environment, std::get<QMap<QString, QString>>(file));
    }
    insert(environment, spec.environment);
    return std::nullopt;
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
    if (token.isEmpty() || token.size() != offered.size())
        return false;
    int difference = 0;
    for (qsizetype i = 0; i < token.size(); ++i)
        difference |= token.at(i) ^ offered.at(i);
    return difference == 0;
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

LaunchPlan planLaunch(
    const ProcessSpec &spec, const LaunchIdentity &identity, const LaunchSurroundings &surroundings)
{
    static const QProcessEnvironment inherited = inheritedEnvironment();
    auto settings = childSettings(spec.limits);
    if (const auto *error = std::get_if<QString>(&settings))
        return *error;
    LaunchRequest request{.directory = spec.directory,
        .environment = inherited,
        .settings = std::move(std::get<ChildSettings>(settings))};
    if (const auto error = insertOwn(request.environment, spec, request.settings.runAs))
        return *error;
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
    if (const QString more = request.environment.value(u"SEMPER_PLUGIN_PATH"_s); !more.isEmpty())
        path.append(more);
    if (!path.isEmpty())
        request.environment.insert(u"SEMPER_PLUGIN_PATH"_s, path.join(u':'));
    return request;
}

bool isForeign(const LaunchRequest &request)
{
    const auto &runAs = request.settings.runAs;
    return runAs && runAs->user && *runAs->user != ::geteuid();
}

QString explainFailedLaunch(const ProcessSpec &spec, const LaunchFailure &failure)
{
    const QString what = spec.isCommand() ? spec.command.first() : spec.className;
    if (failure.step == u"directory")
        return u"cannot start %1 in %2: %3"_s.arg(what, spec.directory, failure.cause);
    return u"cannot start %1: %2"_s.arg(what, failure.cause);
}

} // namespace semper
