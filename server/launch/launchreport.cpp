// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/launchreport.h"

#include "launch/deathwatch.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace semper {

LaunchReport::LaunchReport()
    : m_ready(QSocketNotifier::Read)
{
    connect(&m_ready, &QSocketNotifier::activated, this, &LaunchReport::read);
}

LaunchReport::~LaunchReport()
{
    closeChildsEnd();
    m_ready.setEnabled(false);
    if (m_server >= 0)
        ::close(m_server);
}

int LaunchReport::open(DeathWatch &watch)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    m_server = ends[0];
    m_child = ends[1];
    ::fcntl(m_server, F_SETFL, O_NONBLOCK);
    m_ready.setSocket(m_server);
    if (!watch.take(&m_ready))
        m_ready.setEnabled(true);
    return m_child;
}

void LaunchReport::closeChildsEnd()
{
    if (m_child >= 0)
        ::close(std::exchange(m_child, -1));
}

void LaunchReport::read()
{
    if (m_server < 0)
        return;
    ChildFault fault;
    const ssize_t count = ::read(m_server, &fault, sizeof fault);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (count == ssize_t(sizeof fault)) // less than PIPE_BUF comes as a whole
        m_fault = fault;
    m_ready.setEnabled(false);
    ::close(std::exchange(m_server, -1));
    Q_EMIT over();
}

} // namespace semper
