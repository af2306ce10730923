// SPDX-License-Identifier: GPL-3.0-or-later
#include "notify/notifysocket.h"

#include "launch/launchplan.h"
#include "notify/notifysockets.h"
#include "protocol/socketpath.h"
#include "supervisor/supervisedprocess.h"

#include <QFile>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr std::size_t maximumMessageBytes = 4096;

std::optional<ucred> senderOf(msghdr &header)
{
    const cmsghdr *item = CMSG_FIRSTHDR(&header);
    if (!item || item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_CREDENTIALS)
        return std::nullopt;
    ucred credentials{};
    std::memcpy(&credentials, CMSG_DATA(item), sizeof credentials);
    return credentials;
}

} // namespace

NotifySocket::NotifySocket(
    NotifySockets &owner, const LaunchIdentity &identity, uid_t user, QString path, QObject *parent)
    : QObject(parent)
    , m_owner(&owner)
    , m_process(identity.process)
    , m_mark(identity.mark())
    , m_user(user)
    , m_path(std::move(path))
{ }

NotifySocket::~NotifySocket()
{
    close();
}

void NotifySocket::close()
{
    if (m_socket < 0)
        return;
    if (m_owner)
        m_owner->forget(*this);
    ::close(std::exchange(m_socket, -1));
    ::unlink(QFile::encodeName(m_path).constData());
}

std::optional<QString> NotifySocket::listen()
{
    const QByteArray name = QFile::encodeName(m_path);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    if (name.size() > maximumSocketPathBytes)
        return u"the notify socket's path has more than %1 bytes: %2"_s.arg(maximumSocketPathBytes)
            .arg(m_path);
    std::memcpy(address.sun_path, name.constData(), std::size_t(name.size()));

    const int on = 1;
    const int made = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // The mode that the file is made with. The umask would be that of all threads, and of whatever
    // is launched meanwhile. Source: unix_bind() of Linux.
    const bool bound = made >= 0 && ::fchmod(made, S_IRUSR | S_IWUSR) == 0
        && ::setsockopt(made, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0
        && ::bind(made, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    int error = errno;
    const bool given
        = bound && (m_user == ::geteuid() || ::lchown(name.constData(), m_user, gid_t(-1)) == 0);
    if (given) {
        if (m_socket >= 0)
            ::close(m_socket);
        m_socket = made;
        m_file = fileIdentity(m_path);
        return std::nullopt;
    }
    if (bound) {
        error = errno;
        ::unlink(name.constData());
    }
    if (made >= 0)
        ::close(made);
    return u"cannot make the notify socket %1: %2"_s.arg(m_path, qt_error_string(error));
}

bool NotifySocket::mayBeSentBy(uid_t user) const
{
    return user == m_user || user == ::geteuid() || user == 0;
}

std::optional<NotifySocket::Message> NotifySocket::read()
{
    for (;;) {
        std::array<char, maximumMessageBytes> bytes;
        // Room for the credentials and nothing else: descriptors that come along find none, and
        // the kernel closes them. Source: unix(7), SCM_RIGHTS.
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control;
        iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        const ssize_t size
            = m_socket < 0 ? -1 : ::recvmsg(m_socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (size < 0 && m_socket >= 0 && errno == EINTR)
            continue;
        if (size < 0)
            return std::nullopt;
        const ucred sender = senderOf(header).value_or(ucred{.pid = 0, .uid = uid_t(-1), .gid = 0});
        const bool isWhole = (header.msg_flags & MSG_TRUNC) == 0;
        return Message{.pid = sender.pid,
            .user = sender.uid,
            .bytes = isWhole ? QByteArray(bytes.data(), size) : QByteArray()};
    }
}

} // namespace semper
