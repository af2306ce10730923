// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/launchplan.h"

#include <QRandomGenerator>

#include <array>
#include <chrono>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr char launchVariable[] = "SEMPER_LAUNCH";

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

// Source: sd_notify(3), sd_watchdog_enabled(3). WATCHDOG_PID stays away: in a wrapper the launch is
// not who sends.
void addNotification(
    QProcessEnvironment &environment, const ProcessSpec &spec, const QString &socket)
{
    environment.insert(u"NOTIFY_SOCKET"_s, socket);
    const std::chrono::microseconds watchdog = spec.watchdogPeriod();
    if (watchdog.count() > 0)
        environment.insert(u"WATCHDOG_USEC"_s, QString::number(watchdog.count()));
}

} // namespace

LaunchIdentity LaunchIdentity::make(const QString &process, int instance)
{
    return {
        .process = process, .instance = instance, .token = randomHex(), .launchId = randomHex()};
}

QByteArray LaunchIdentity::mark() const
{
    return launchVariable + ('=' + launchId);
}

LaunchRequest planLaunch(
    const ProcessSpec &spec, const LaunchIdentity &identity, const LaunchSurroundings &surroundings)
{
    static const QProcessEnvironment inherited = inheritedEnvironment();
    LaunchRequest request{.directory = spec.directory, .environment = inherited};
    for (auto it = spec.environment.cbegin(); it != spec.environment.cend(); ++it)
        request.environment.insert(it.key(), it.value());
    request.environment.insert(u"SEMPER_SOCKET"_s, surroundings.socketPath);
    request.environment.insert(u"SEMPER_PROCESS"_s, identity.process);
    request.environment.insert(u"SEMPER_INSTANCE"_s, QString::number(identity.instance));
    request.environment.insert(u"SEMPER_TOKEN"_s, QString::fromLatin1(identity.token));
    request.environment.insert(
        QLatin1StringView(launchVariable), QString::fromLatin1(identity.launchId));
    if (spec.ready.mode == ReadyMode::Notify)
        addNotification(request.environment, spec, surroundings.notifySocket);
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

QString explainFailedLaunch(const ProcessSpec &spec, const QString &cause)
{
    const QString what = spec.isCommand() ? spec.command.first() : spec.className;
    if (cause.startsWith(u"chdir"))
        return u"cannot start %1 in %2: %3"_s.arg(what, spec.directory, cause);
    return u"cannot start %1: %2"_s.arg(what, cause);
}

} // namespace semper
