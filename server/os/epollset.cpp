// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/epollset.h"

#include <algorithm>

#include <unistd.h>

namespace semper {

EpollSet::EpollSet()
    : m_descriptor(::epoll_create1(EPOLL_CLOEXEC))
{ }

EpollSet::~EpollSet()
{
    ::close(m_descriptor);
}

bool EpollSet::add(int descriptor, quint64 id, quint32 events) const
{
    epoll_event event{.events = events, .data = {.u64 = id}};
    return ::epoll_ctl(m_descriptor, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void EpollSet::change(int descriptor, quint64 id, quint32 events) const
{
    epoll_event event{.events = events, .data = {.u64 = id}};
    ::epoll_ctl(m_descriptor, EPOLL_CTL_MOD, descriptor, &event);
}

void EpollSet::remove(int descriptor) const
{
    ::epoll_ctl(m_descriptor, EPOLL_CTL_DEL, descriptor, nullptr);
}

std::span<const epoll_event> EpollSet::wait(std::span<epoll_event> room, int limitMs) const
{
    const int count = ::epoll_wait(m_descriptor, room.data(), int(room.size()), limitMs);
    return room.first(std::size_t(std::max(count, 0)));
}

} // namespace semper
