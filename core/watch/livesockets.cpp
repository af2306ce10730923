// SPDX-License-Identifier: LGPL-3.0-or-later
#include "watch/livesockets.h"

#include "files/trustedpath.h"
#include "protocol/socketpath.h"

#include <QDir>
#include <QFile>

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

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

QStringList liveSockets()
{
    if (distrustOfPath(socketDirectory()))
        return {};
    const QDir directory(socketDirectory());
    QStringList paths;
    for (const QString &name :
        directory.entryList({u"*.sock"_s}, QDir::System | QDir::Files, QDir::Name))
        if (const QString path = directory.absoluteFilePath(name); isListening(path))
            paths.append(path);
    return paths;
}

} // namespace semper
