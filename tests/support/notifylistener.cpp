// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/notifylistener.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace semper::test {

QByteArray NotifyListener::Message::value(const QByteArray &name) const
{
    for (const QByteArray &assignment : assignments)
        if (assignment.startsWith(name + '='))
            return assignment.sliced(name.size() + 1);
    return {};
}

NotifyListener::NotifyListener(const QByteArray &name)
    : m_socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
{
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const bool isAbstract = name.startsWith('@');
    std::memcpy(address.sun_path, name.constData(), std::size_t(name.size()));
    if (isAbstract)
        address.sun_path[0] = '\0';
    const int on = 1;
    const auto size = socklen_t(
        offsetof(sockaddr_un, sun_path) + std::size_t(name.size()) + (isAbstract ? 0 : 1));
    if (m_socket < 0 || ::setsockopt(m_socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0
        || ::bind(m_socket, reinterpret_cast<const sockaddr *>(&address), size) != 0)
        qFatal("no notify socket");
}

NotifyListener::~NotifyListener()
{
    ::close(m_socket);
}

void NotifyListener::read()
{
    for (;;) {
        std::array<char, 4096> bytes;
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control;
        iovec part{.iov_base = bytes.data(), .iov_len = bytes.size()};
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        const ssize_t size = ::recvmsg(m_socket, &header, MSG_DONTWAIT);
        if (size < 0)
            return;
        ucred who{};
        if (const cmsghdr *item = CMSG_FIRSTHDR(&header))
            std::memcpy(&who, CMSG_DATA(item), sizeof who);
        m_messages.append(
            {.sender = who.pid, .assignments = QByteArray(bytes.data(), size).split('\n')});
    }
}

int NotifyListener::count(const QByteArray &assignment)
{
    read();
    return int(std::ranges::count_if(m_messages,
        [&](const Message &message) { return message.assignments.contains(assignment); }));
}

NotifyListener::Message NotifyListener::firstWith(const QByteArray &assignment)
{
    read();
    const auto it = std::ranges::find_if(m_messages,
        [&](const Message &message) { return message.assignments.contains(assignment); });
    return it == m_messages.end() ? Message() : *it;
}

} // namespace semper::test
