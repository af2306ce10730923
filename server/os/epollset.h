// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <span>

#include <sys/epoll.h>

namespace semper {

/// Descriptors of which the kernel tells which are ready, at a cost that does not grow with their
/// number. Any thread. Source: epoll(7).
class EpollSet
{
public:
    EpollSet();
    ~EpollSet();
    Q_DISABLE_COPY_MOVE(EpollSet)

    /// Its own, which can be read from while one of those in the set is ready.
    [[nodiscard]] int descriptor() const { return m_descriptor; }

    /// \a id is what it is told by. False, with errno, where the kernel has no memory for it.
    [[nodiscard]] bool add(int descriptor, quint64 id, quint32 events = EPOLLIN) const;
    void change(int descriptor, quint64 id, quint32 events) const;
    /// Before it is closed, or copies of it that a child has would be told of.
    void remove(int descriptor) const;

    /// Waits, for \a limitMs at most, or for ever (-1), and returns those that are ready, in \a
    /// room.
    [[nodiscard]] std::span<const epoll_event> wait(std::span<epoll_event> room, int limitMs) const;

private:
    int m_descriptor;
};

} // namespace semper
