// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/serverfinder.h"

#include "cli/configchoice.h"
#include "files/trustedpath.h"
#include "protocol/socketpath.h"
#include "spec/configlocator.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::ServerFinder)
};

/// Somebody listens on the socket, be it only that we may not connect. A socket that a killed
/// server left behind refuses. Does not block.
bool isListening(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address = {};
    if (name.size() > maximumSocketPathBytes)
        return false;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.constData(), std::size_t(name.size()));
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    const bool connected
        = ::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    const bool alive = connected || errno == EAGAIN || errno == EACCES || errno == EPERM;
    ::close(descriptor);
    return alive;
}

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
    QStringList sockets = localSockets();
    sockets.removeIf([](const QString &path) { return !isListening(path); });
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
