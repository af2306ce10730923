// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/unixlistener.h"

#include "files/trustedpath.h"

#include <QFile>
#include <QScopeGuard>

#include <algorithm>
#include <cerrno>
#include <optional>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

int openSocket()
{
    return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

const sockaddr *generic(const sockaddr_un &address)
{
    return reinterpret_cast<const sockaddr *>(&address);
}

/// Nothing when the path is free now.
std::optional<QString> clearStale(const sockaddr_un &address)
{
    struct stat info
    { };
    if (::lstat(address.sun_path, &info) != 0)
        return errno == ENOENT ? std::nullopt : std::optional(qt_error_string(errno));
    if (!S_ISSOCK(info.st_mode))
        return u"a file that is no socket is in the way"_s;
    const int probe = openSocket();
    const auto close = qScopeGuard([probe] { ::close(probe); });
    if (::connect(probe, generic(address), sizeof address) == 0 || errno != ECONNREFUSED)
        return u"the address is already in use"_s;
    if (::unlink(address.sun_path) != 0 && errno != ENOENT)
        return qt_error_string(errno);
    return {};
}

} // namespace

std::variant<int, QString> openUnixListener(const QString &path, int backlog)
{
    const QByteArray bytes = QFile::encodeName(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (bytes.size() >= static_cast<qsizetype>(sizeof address.sun_path))
        return u"the path is too long for a socket"_s;
    std::ranges::copy(bytes, address.sun_path);
    // Or a name that is exchanged meanwhile would have something else removed or changed.
    if (const auto distrust = distrustOfPath(path))
        return *distrust + remedyForDistrust();
    if (const auto problem = clearStale(address))
        return *problem;

    const int descriptor = openSocket();
    if (descriptor < 0)
        return qt_error_string(errno);
    // The mode that the file is made with. The umask would be that of all threads, and of whatever
    // is launched meanwhile. Source: unix_bind() of Linux.
    const bool isBound = ::fchmod(descriptor, S_IRUSR | S_IWUSR) == 0
        && ::bind(descriptor, generic(address), sizeof address) == 0;
    const int error = errno;
    if (!isBound || ::listen(descriptor, backlog) != 0) {
        const QString reason = qt_error_string(isBound ? errno : error);
        ::close(descriptor);
        return reason;
    }
    return descriptor;
}

} // namespace semper
