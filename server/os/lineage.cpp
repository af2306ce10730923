// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/lineage.h"

#include "os/procfile.h"

#include <unistd.h>

namespace semper {

Lineage::Lineage(pid_t pid)
    : m_pid(pid)
{
    const pid_t server = ::getpid();
    for (; pid > 1 && pid != server; pid = procfile::parent(pid))
        m_line.append(pid);
}

bool Lineage::belongsTo(pid_t launch, const QByteArray &mark) const
{
    if (launch <= 0 || m_pid <= 0)
        return false;
    if (m_line.contains(launch))
        return true;
    if (!m_session)
        m_session = procfile::session(m_pid);
    return *m_session == launch || isMarked(mark);
}

bool Lineage::isMarked(const QByteArray &mark) const
{
    if (!m_marks)
        m_marks = procfile::environmentEntries(m_pid, mark.first(mark.indexOf('=') + 1));
    return m_marks->contains(mark);
}

} // namespace semper
