// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/configchoice.h"

#include "config/missinghere.h"
#include "spec/configfile.h"
#include "spec/configlocator.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ConfigChoice)
};

Surroundings surroundingsOf(
    const QString &directory, const QString &socketPath, const QList<ServiceSpec> &program = {})
{
    Surroundings surroundings = Surroundings::real(directory);
    if (!socketPath.isEmpty())
        surroundings.socketPath = [socketPath](const QString &) { return socketPath; };
    surroundings.programmed
        = [program](const QString &name, const QString &process) -> std::optional<ProcessSpec> {
        for (const ServiceSpec &service : program)
            if (const auto it = service.processes.constFind(process);
                service.name == name && it != service.processes.cend())
                return *it;
        return std::nullopt;
    };
    return surroundings;
}

/// The demo's processes work in its state directory, which the server makes before it launches
/// any, so that they leave nothing elsewhere.
ConfigResult demoConfig(const ServeOptions &options)
{
    const QString directory = options.stateDirectory.isEmpty() ? defaultStateDirectory(u"demo"_s)
                                                               : options.stateDirectory;
    QFile file(u":/semper/demo.json"_s);
    static_cast<void>(file.open(QIODevice::ReadOnly)); // compiled in
    return readConfig(file.readAll(), surroundingsOf(directory, options.socketPath));
}

/// \a file; where it has errors, what it names that is not here is told with them.
ConfigResult loadToServe(
    const QString &file, const QString &socketPath, const QList<ServiceSpec> &program)
{
    PartialConfig loaded = loadPartialConfigFile(file, socketPath, program);
    if (!loaded.errors.isEmpty())
        return allErrors(loaded);
    return std::move(loaded.config);
}

/// The demo, or \a file. With --state-directory in its place.
ConfigResult readServed(
    const QString &file, const ServeOptions &options, const QList<ServiceSpec> &program)
{
    ConfigResult result
        = options.demo ? demoConfig(options) : loadToServe(file, options.socketPath, program);
    if (auto *config = std::get_if<ServerConfig>(&result);
        config != nullptr && !options.stateDirectory.isEmpty())
        config->stateDirectory = options.stateDirectory;
    return result;
}

} // namespace

std::variant<QString, CommandExit> chooseConfigFile(const QString &named)
{
    if (!named.isEmpty() && !QFileInfo::exists(named))
        return CommandExit{ExitCode::Usage, Texts::tr("there is no file %1").arg(named) + u'\n'};
    if (!named.isEmpty())
        return QDir::cleanPath(QDir().absoluteFilePath(named));
    const QStringList candidates = configCandidates(ConfigPlaces::real());
    if (const auto found = locateConfig(candidates))
        return *found;
    const bool isPassedOver
        = QFileInfo::exists(u"semper.json"_s); // as root: see configCandidates()
    return CommandExit{ExitCode::Usage,
        Texts::tr("no configuration found; looked for\n  %1\nName one with --config FILE.")
                .arg(candidates.join(u"\n  "_s))
            + (isPassedOver ? Texts::tr(" As root, ./semper.json is taken only if you name it.")
                            : QString())
            + u'\n'};
}

ConfigResult loadConfigFile(const QString &file, const QString &socketPath)
{
    PartialConfig loaded = loadPartialConfigFile(file, socketPath);
    if (!loaded.errors.isEmpty())
        return std::move(loaded.errors);
    return std::move(loaded.config);
}

ConfigErrors allErrors(const PartialConfig &loaded)
{
    ServerConfig config = loaded.config;
    if (!loaded.errors.isEmpty())
        for (ServiceSpec &service : config.services)
            for (ProcessSpec &process : service.processes)
                process.schedule.reset(); // what is wrong with it is among them
    return loaded.errors + missingHere(config);
}

PartialConfig loadPartialConfigFile(
    const QString &file, const QString &socketPath, const QList<ServiceSpec> &program)
{
    const auto bytes = readConfigFile(file);
    if (const auto *error = std::get_if<ConfigError>(&bytes))
        return {.errors = {*error}};
    return readPartialConfig(std::get<QByteArray>(bytes),
        surroundingsOf(QFileInfo(file).absolutePath(), socketPath, program));
}

QString toText(const QString &file, const ConfigErrors &errors)
{
    QString text = errors.size() == 1 ? Texts::tr("%1: 1 error").arg(file)
                                      : Texts::tr("%1: %2 errors").arg(file).arg(errors.size());
    text += u'\n';
    for (const ConfigError &error : errors)
        text += u"  "_s + error.toString() + u'\n';
    return text;
}

std::variant<ServerConfig, CommandExit> serveConfig(
    const ServeOptions &options, const QList<ServiceSpec> &program)
{
    QString file = u"the demo"_s;
    if (!options.demo) {
        const auto chosen = chooseConfigFile(options.configFile);
        if (const auto *exit = std::get_if<CommandExit>(&chosen))
            return *exit;
        file = std::get<QString>(chosen);
    }
    const ConfigResult result = readServed(file, options, program);
    if (const auto *errors = std::get_if<ConfigErrors>(&result))
        return CommandExit{ExitCode::Failed, toText(file, *errors)};
    return std::get<ServerConfig>(result);
}

std::function<ConfigResult()> serveConfigAgain(
    const ServeOptions &options, const QList<ServiceSpec> &program)
{
    const auto chosen = options.demo ? std::variant<QString, CommandExit>(QString())
                                     : chooseConfigFile(options.configFile);
    const auto *file = std::get_if<QString>(&chosen);
    if (file == nullptr)
        return {};
    return [file = *file, options, program] { return readServed(file, options, program); };
}

} // namespace semper
