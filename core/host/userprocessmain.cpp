// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/userprocessmain.h>

#include <semper/plugincatalog.h>
#include <semper/registry.h>
#include <semper/systemclock.h>
#include <semper/userprocess.h>

#include "files/filestamp.h"
#include "host/consolelink.h"
#include "host/hublink.h"
#include "host/processhost.h"
#include "host/processtitle.h"
#include "host/stopsignals.h"
#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QCoreApplication>
#include <QJsonObject>
#include <QLoggingCategory>

#include <cstdio>
#include <utility>
#include <vector>

#include <fcntl.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logMain, "semper.host", QtInfoMsg)

constexpr char instanceName[] = "SEMPER_INSTANCE";

/// Qt may prefer the system's journal; the server captures standard error, and whole lines of
/// standard output as they come.
void logToStandardError()
{
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (!qEnvironmentVariableIsSet("QT_MESSAGE_PATTERN"))
        qSetMessagePattern(u"%{type} %{category}: %{message}"_s);
    qInstallMessageHandler(
        [](QtMsgType type, const QMessageLogContext &context, const QString &text) {
            const QByteArray line = qFormatLogMessage(type, context, text).toUtf8() + '\n';
            std::fwrite(line.constData(), 1, size_t(line.size()), stderr);
        });
}

struct LoadedClass
{
    ProcessHost::Source source;
    QList<FileStamp> files = {}; ///< plugins, as they were before they were loaded
};

[[nodiscard]] LoadedClass load(const QString &className, const QStringList &directories)
{
    QList<FileStamp> files;
    if (!UserProcessRegistry::contains(className)) {
        const PluginCatalog catalog(directories);
        for (const PluginClass &known : catalog.classes())
            if (known.className == className)
                files.append(FileStamp(known.file));
        if (const auto problem = catalog.load(className))
            return {*problem};
    }
    return {[className] { return UserProcessRegistry::create(className); }, files};
}

[[nodiscard]] int runToItsEnd(ProcessHost &host, StopSignals &signals)
{
    QObject::connect(&signals, &StopSignals::received, &host, &ProcessHost::requestStop);
    QObject::connect(&host, &ProcessHost::finished, QCoreApplication::instance(),
        [](UserProcessExit exit) { QCoreApplication::exit(static_cast<int>(exit)); });
    host.start();
    return QCoreApplication::exec();
}

/// A process under another user is given a connection: the socket is the server's user's alone.
[[nodiscard]] std::optional<HubAddress> takeHub()
{
    if (const QString path = qEnvironmentVariable("SEMPER_SOCKET"); !path.isEmpty())
        return HubAddress(path);
    bool isNumber = false;
    const int descriptor = qEnvironmentVariableIntValue("SEMPER_SOCKET_FD", &isNumber);
    qunsetenv("SEMPER_SOCKET_FD");
    // Not for what this process starts.
    if (!isNumber || ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0)
        return std::nullopt;
    return HubAddress(descriptor);
}

/// Once read, the token is gone from what this process hands on to its own children.
[[nodiscard]] QJsonObject takeHello()
{
    QJsonObject hello = makeFrame(frames::hello);
    hello.insert(keys::process, qEnvironmentVariable("SEMPER_PROCESS"));
    hello.insert(keys::instance, qEnvironmentVariableIntValue(instanceName));
    hello.insert(keys::token, qEnvironmentVariable("SEMPER_TOKEN"));
    qunsetenv("SEMPER_TOKEN");
    return hello;
}

/// What a standby does beyond other hosts: it says from where the class is, so that the server can
/// see whether that changed meanwhile, and once it is welcome it becomes one of the others.
void prepareStandby(HubLink &link, ProcessTitle &title, QObject *context)
{
    QObject::connect(&link, &HubLink::frameReceived, context, [&title](const QJsonObject &frame) {
        if (frame.value(keys::type) != frames::welcome || qEnvironmentVariableIsSet(instanceName))
            return;
        qputenv(instanceName, QByteArray::number(frame.value(keys::instance).toInt()));
        title.dropLast();
    });
}

} // namespace

std::optional<int> runUserProcess(int argc, char **argv)
{
    if (argc < 2 || QLatin1StringView(argv[1]) != userProcessOption)
        return std::nullopt;

    ProcessTitle title(argc, argv);
    std::vector<std::string> arguments = title.arguments();
    std::vector<char *> pointers;
    for (std::string &argument : arguments)
        pointers.push_back(argument.data());
    int count = argc;
    pointers.push_back(nullptr);
    QCoreApplication application(count, pointers.data());
    logToStandardError();

    const std::optional<HubAddress> hub = takeHub();
    if (argc < 3 || !hub) {
        qCCritical(logMain, "a server starts this program; to try a class out: semper run CLASS");
        return static_cast<int>(UserProcessExit::Misconfigured);
    }
    const bool isStandby = argc > 3 && QLatin1StringView(arguments.at(3)) == standbyOption;
    LoadedClass loaded = load(QString::fromLocal8Bit(arguments.at(2)), {});
    const QString *problem = std::get_if<QString>(&loaded.source);
    if (isStandby && problem) {
        qCCritical(logMain, "%ls", qUtf16Printable(*problem));
        return static_cast<int>(UserProcessExit::Misconfigured);
    }
    QJsonObject hello = takeHello();
    if (isStandby) {
        QJsonObject files;
        for (const FileStamp &file : loaded.files)
            files.insert(file.path(), QString::fromLatin1(file.mark()));
        hello.insert(keys::loaded, files);
    }
    SystemClock clock;
    HubLink link(*hub, hello);
    StopSignals signals(StopSignals::Second::Told);
    ProcessHost host(hello.value(keys::process).toString(), hello.value(keys::instance).toInt(),
        std::move(loaded.source), link, clock);
    if (isStandby)
        prepareStandby(link, title, &host);
    QObject::connect(&host, &ProcessHost::titleChanged, &host,
        [&title](const QString &text) { title.set(text); });
    return runToItsEnd(host, signals);
}

int runInForeground(const ForegroundRun &run)
{
    logToStandardError();
    SystemClock clock;
    ConsoleLink link(
        run.settings, stdout, run.asJson ? ConsoleLink::Form::Json : ConsoleLink::Form::Text);
    StopSignals signals(StopSignals::Second::Kills);
    ProcessHost host(
        run.className, 0, load(run.className, run.pluginDirectories).source, link, clock);
    return runToItsEnd(host, signals);
}

} // namespace semper
