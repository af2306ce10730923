// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/descriptormail.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

namespace semper {

namespace {

/// One descriptor beside an id. Source: unix(7), SCM_RIGHTS.
class Packet
{
public:
    explicit Packet(quint64 &id)
        : m_piece{.iov_base = &id, .iov_len = sizeof id}
    {
        header.msg_iov = &m_piece;
        header.msg_iovlen = 1;
        header.msg_control = m_control.data();
        header.msg_controllen = m_control.size();
    }
    Q_DISABLE_COPY_MOVE(Packet)

    msghdr header{};

private:
    iovec m_piece;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> m_control{};
};

} // namespace

DescriptorMail::DescriptorMail()
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    m_inbox = ends[0];
    m_outbox = ends[1];
}

DescriptorMail::~DescriptorMail()
{
    ::close(m_inbox);
    ::close(m_outbox);
}

bool DescriptorMail::send(int descriptor, quint64 id) const
{
    Packet packet(id);
    cmsghdr *const rights = CMSG_FIRSTHDR(&packet.header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(m_outbox, &packet.header, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

std::optional<DescriptorMail::Letter> DescriptorMail::take() const
{
    Letter letter;
    Packet packet(letter.id);
    if (::recvmsg(m_inbox, &packet.header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
        return std::nullopt;
    if (const cmsghdr *const rights = CMSG_FIRSTHDR(&packet.header))
        std::memcpy(&letter.descriptor, CMSG_DATA(rights), sizeof letter.descriptor);
    return letter;
}

} // namespace semper
