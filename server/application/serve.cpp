// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/serve.h"

#include "application/configoverlay.h"
#include "application/server.h"
#include "application/withoutglib.h"
#include "cli/configchoice.h"
#include "cli/serveoptions.h"
#include "config/configlayers.h"
#include "config/missinghere.h"
#include "guardian/guardian.h"
#include "host/userprocessmain.h"
#include "launch/launcher.h"
#include "os/memory.h"
#include "os/standarderror.h"
#include "process/currentexception.h"
#include "protocol/socketpath.h"

#include <semper/serverapplication.h>

#include <QCoreApplication>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

QStringList wordsFrom(int first, int argc, char **argv)
{
    QStringList words;
    for (int i = first; i < argc; ++i)
        words.append(QString::fromLocal8Bit(argv[i]));
    return words;
}

int fail(const QString &why)
{
    return leave({.code = ExitCode::Failed, .text = u"semper: %1\n"_s.arg(why)});
}

int run(ServerApplication &application, const ServerConfig &config, const ServeOptions &options,
    const QString &hostProgram, const ConfigSource &source)
{
    if (const auto error = checkProcesses(application))
        return fail(*error);
    StandardError::takeQtMessages();
    std::signal(SIGPIPE, SIG_IGN);
    const QString socket
        = options.socketPath.isEmpty() ? defaultSocketPath(config.node) : options.socketPath;
    const auto result = runServer(
        application, config, {.socketPath = socket, .hostProgram = hostProgram, .source = source});
    if (const auto *error = std::get_if<QString>(&result))
        return fail(*error);
    return std::get<int>(result);
}

int serveStock(const QStringList &words)
{
    const auto options = parseServeOptions(words, serveSyntax(u"semper serve"_s, OfferDemo::Yes));
    if (const auto *exit = std::get_if<CommandExit>(&options))
        return leave(*exit);
    const auto config = serveConfig(std::get<ServeOptions>(options));
    if (const auto *exit = std::get_if<CommandExit>(&config))
        return leave(*exit);
    ServerApplication application;
    if (const auto error = layConfigOver(application, std::get<ServerConfig>(config)))
        return fail(*error);
    return run(application, std::get<ServerConfig>(config), std::get<ServeOptions>(options),
        QCoreApplication::applicationDirPath() + u"/semper-process"_s,
        {.read = serveConfigAgain(std::get<ServeOptions>(options)), .program = {}});
}

QMap<QString, QString> defaultsOf(const ProgramInfo &info)
{
    QMap<QString, QString> defaults;
    for (const QCommandLineOption &option : info.options)
        defaults.insert(option.names().constFirst(), option.defaultValues().value(0));
    return defaults;
}

/// What --check says.
int tellChecked(const ServerApplication &application, const ServerConfig &config)
{
    if (const auto error = checkProcesses(application))
        return fail(*error);
    if (const ConfigErrors missing = missingHere(config); !missing.isEmpty())
        return leave({.code = ExitCode::Failed, .text = toText(config.node, missing)});
    print(u"no errors\n"_s);
    return int(ExitCode::Done);
}

int serveEmbedded(const QStringList &words, const std::function<void(ServerApplication &)> &setUp,
    const ProgramInfo &info)
{
    const auto parsed = parseServeOptions(
        words, embeddedSyntax(QCoreApplication::applicationName(), info.version, info.options));
    if (const auto *exit = std::get_if<CommandExit>(&parsed))
        return leave(*exit);
    const auto &options = std::get<ServeOptions>(parsed);

    ServerApplication application;
    application.setOptions(options.own, defaultsOf(info));
    try {
        setUp(application);
    } catch (...) {
        return fail(u"the program's set-up failed: %1"_s.arg(currentFault().what));
    }
    ConfigSource source{.read = {}, .program = describeServices(application)};
    ServerConfig config;
    if (options.configFile.isEmpty()) {
        if (const auto error = describeByProgram(application, config))
            return fail(*error);
        if (!options.stateDirectory.isEmpty())
            config.stateDirectory = options.stateDirectory;
    } else {
        const auto chosen = serveConfig(options, source.program);
        if (const auto *exit = std::get_if<CommandExit>(&chosen))
            return leave(*exit);
        config = std::get<ServerConfig>(chosen);
        if (const auto error = layConfigOver(application, config))
            return fail(*error);
        source.read = serveConfigAgain(options, source.program);
    }
    layOverProgram(source.program, config); // from here on it is the whole truth
    if (options.check)
        return tellChecked(application, config);
    return run(application, config, options, ownProgram, source);
}

/// Returns in the server alone. The guardian leaves with nothing flushed: what is buffered, the
/// server has too.
void startGuardian(int argc, char **argv)
{
    if (const auto status = Guardian::start(argc, argv))
        ::_exit(*status);
}

int withApplication(int argc, char **argv, const std::function<int()> &server)
{
    useOneHeap();
    std::optional<WithoutGlib> withoutGlib(std::in_place);
    const QCoreApplication qt(argc, argv);
    withoutGlib.reset();
    return server();
}

} // namespace

int serve(int argc, char **argv)
{
    startGuardian(argc, argv);
    return withApplication(argc, argv, [&] { return serveStock(wordsFrom(2, argc, argv)); });
}

int exec(int argc, char **argv, const std::function<void(ServerApplication &)> &setUp,
    const ProgramInfo &info)
{
    // What stands after exec() in main() is the server's: nobody else returns to it.
    if (const auto code = runUserProcess(argc, argv))
        std::exit(*code);
    startGuardian(argc, argv);
    return withApplication(
        argc, argv, [&] { return serveEmbedded(wordsFrom(1, argc, argv), setUp, info); });
}

} // namespace semper
