// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/socketlistener.h"

#include <QFile>
#include <QLoggingCategory>
#include <QTimer>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logSocketListener, "semper.server.hub", QtInfoMsg)

constexpr int backlog = 4096;
constexpr int mostAtOnce = 16; ///< before others have their turn
constexpr auto timeToRecover = 200ms;

} // namespace

SocketListener::~SocketListener()
{
    const bool isThere = this->isThere();
    close();
    if (isThere)
        QFile::remove(m_path);
}

void SocketListener::close()
{
    m_notifier.reset();
    if (m_socket >= 0)
        ::close(std::exchange(m_socket, -1));
}

bool SocketListener::listen(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (name.size() >= qsizetype(sizeof address.sun_path)) {
        errno = ENAMETOOLONG;
        return false;
    }
    std::memcpy(address.sun_path, name.constData(), std::size_t(name.size()));
    const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0)
        return false;
    ::unlink(name.constData());
    // The mode that the file is made with. The umask would be that of all threads, and of whatever
    // is launched meanwhile. Source: unix_bind() of Linux.
    if (::fchmod(made, S_IRUSR | S_IWUSR) != 0
        || ::bind(made, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0
        || ::listen(made, backlog) != 0) {
        const int error = errno;
        ::close(made);
        errno = error;
        return false;
    }
    if (m_socket >= 0)
        accept(); // who came before the other's name was gone
    close();
    m_path = path;
    m_file = fileIdentity(path);
    m_socket = made;
    m_notifier = std::make_unique<QSocketNotifier>(made, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &SocketListener::accept);
    return true;
}

void SocketListener::accept()
{
    for (int i = 0; i < mostAtOnce; ++i) {
        const int peer = ::accept4(m_socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (peer >= 0) {
            Q_EMIT connected(peer);
            continue;
        }
        if (errno == EAGAIN)
            return;
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        qCWarning(logSocketListener, "a connection cannot be taken: %ls",
            qUtf16Printable(qt_error_string(errno)));
        m_notifier->setEnabled(false);
        QTimer::singleShot(timeToRecover, this, [this] { m_notifier->setEnabled(true); });
        return;
    }
}

} // namespace semper
