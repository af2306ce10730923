// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/epollthread.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace semper {

EpollThread::EpollThread()
    : m_quit(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    static_cast<void>(m_set.add(m_quit, quitId));
}

EpollThread::~EpollThread()
{
    stop();
    ::close(m_quit);
}

void EpollThread::stop()
{
    if (!m_thread.joinable())
        return;
    const quint64 one = 1;
    static_cast<void>(!::write(m_quit, &one, sizeof one));
    m_thread.join();
}

} // namespace semper
