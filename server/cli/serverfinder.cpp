// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/serverfinder.h"

#include "cli/configchoice.h"
#include "files/trustedpath.h"
#include "protocol/socketpath.h"
#include "spec/configlocator.h"
#include "watch/livesockets.h"

#include <QCoreApplication>
#include <QDir>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ServerFinder)
};

std::variant<QString, CommandExit> socketOfConfig(const QString &named)
{
    const auto chosen = chooseConfigFile(named);
    if (const auto *exit = std::get_if<CommandExit>(&chosen))
        return *exit;
    const QString &file = std::get<QString>(chosen);
    const ConfigResult result = loadConfigFile(file);
    if (const auto *errors = std::get_if<ConfigErrors>(&result))
        return CommandExit{ExitCode::Failed, toText(file, *errors)};
    return defaultSocketPath(std::get<ServerConfig>(result).node);
}

} // namespace

std::variant<QString, CommandExit> findServer(const CommandLine &line)
{
    if (line.has(u"socket"_s))
        return QDir::cleanPath(QDir().absoluteFilePath(line.value(u"socket"_s)));
    if (line.has(u"config"_s))
        return socketOfConfig(line.value(u"config"_s));
    if (locateConfig(configCandidates(ConfigPlaces::real()))) {
        const auto socket = socketOfConfig({});
        if (const auto *path = std::get_if<QString>(&socket); path != nullptr && isListening(*path))
            return *path;
    }
    const QStringList sockets = liveSockets();
    if (sockets.size() == 1)
        return sockets.first();
    if (const auto distrust = distrustOfPath(socketDirectory()))
        return CommandExit{ExitCode::NoServer,
            Texts::tr("no server is running here: %1, so nothing in it is trusted").arg(*distrust)
                + u'\n'};
    if (sockets.isEmpty())
        return CommandExit{ExitCode::NoServer,
            Texts::tr("no server is running here (no live socket in %1); "
                      "start one with 'semper serve'")
                    .arg(socketDirectory())
                + u'\n'};
    return CommandExit{ExitCode::Usage,
        Texts::tr("several servers are running; choose one with --socket:\n  %1")
                .arg(sockets.join(u"\n  "_s))
            + u'\n'};
}

} // namespace semper
