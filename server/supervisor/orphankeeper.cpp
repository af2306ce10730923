// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/orphankeeper.h"

#include "supervisor/procfile.h"

#include <QLoggingCategory>

#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <utility>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logOrphanKeeper, "semper.server.orphans", QtInfoMsg)

constexpr auto reapInterval = 200ms;

// Of all threads the first is the one that the kernel gives orphans to.
int openChildrenOfFirstThread()
{
    const QByteArray path = "/proc/self/task/" + QByteArray::number(::getpid()) + "/children";
    return ::open(path.constData(), O_RDONLY | O_CLOEXEC);
}

} // namespace

OrphanKeeper::OrphanKeeper(std::function<bool(pid_t)> isLaunch, QObject *parent)
    : QObject(parent)
    , m_isLaunch(std::move(isLaunch))
    , m_children(openChildrenOfFirstThread())
{
    if (m_children < 0)
        qCWarning(logOrphanKeeper,
            "no list of children from the kernel (%s): what a launch leaves is not found",
            qUtf8Printable(qt_error_string(errno)));
    m_reapSoon.setSingleShot(true);
    m_reapSoon.setInterval(reapInterval);
    connect(&m_reapSoon, &QTimer::timeout, this, [this] { static_cast<void>(livingOrphans()); });
}

OrphanKeeper::~OrphanKeeper()
{
    if (m_children >= 0)
        ::close(m_children);
}

void OrphanKeeper::childEnded()
{
    if (!m_reapSoon.isActive())
        m_reapSoon.start();
    Q_EMIT someEnded();
}

QList<pid_t> OrphanKeeper::orphansOf(pid_t session, const QByteArray &mark) const
{
    QList<pid_t> orphans = livingOrphans();
    orphans.removeIf([&](pid_t pid) {
        return procfile::session(pid) != session && !procfile::environmentContains(pid, mark);
    });
    return orphans;
}

// Source: proc(5), /proc/pid/task/tid/children.
QList<pid_t> OrphanKeeper::childrenNow() const
{
    QList<pid_t> list;
    std::array<char, 4096> buffer;
    pid_t pid = 0;
    ssize_t size = 0;
    ::lseek(m_children, 0, SEEK_SET);
    while ((size = ::read(m_children, buffer.data(), buffer.size())) > 0) {
        for (const char c : std::span(buffer).first(std::size_t(size))) {
            if (c >= '0' && c <= '9')
                pid = pid * 10 + (c - '0');
            else if (const pid_t whole = std::exchange(pid, 0); whole > 0)
                list.append(whole);
        }
    }
    return list;
}

QList<pid_t> OrphanKeeper::livingOrphans() const
{
    // A child in the server's own session was forked by this program itself, not adopted.
    const pid_t ownSession = ::getsid(0);
    QList<pid_t> living;
    bool reaped = true;
    while (reaped) { // what the reaped left behind was adopted after the list was read
        reaped = false;
        living.clear();
        for (const pid_t pid : childrenNow()) {
            if (m_isLaunch(pid) || procfile::session(pid) == ownSession)
                continue;
            const pid_t ended = ::waitpid(pid, nullptr, WNOHANG);
            if (ended == 0)
                living.append(pid);
            reaped |= ended == pid;
        }
    }
    return living;
}

} // namespace semper
