// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/orphankeeper.h"

#include "launch/launchplan.h"
#include "os/procfile.h"

#include <QDeadlineTimer>
#include <QLoggingCategory>
#include <QSet>

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
constexpr auto timeForNewOnes = 2ms; ///< at once; the others' turn comes with the next look
constexpr std::chrono::milliseconds timeToClaim = 60s; ///< whose parent may be busy
constexpr auto lookInterval = 20ms; ///< where nobody asks before that
constexpr qsizetype mostEnvironmentBytes = 256 * 1024;
// An environment is empty while a program is being executed; and for good with some.
constexpr int mostLooks = 5;

// Of all threads the first is the one that the kernel gives orphans to.
int openChildrenOfFirstThread()
{
    const QByteArray path = "/proc/self/task/" + QByteArray::number(::getpid()) + "/children";
    return ::open(path.constData(), O_RDONLY | O_CLOEXEC);
}

/// Without reaping it.
bool hasEnded(pid_t pid)
{
    siginfo_t info{};
    return ::waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

} // namespace

OrphanKeeper::OrphanKeeper(std::function<bool(pid_t)> isLaunch, QObject *parent)
    : QObject(parent)
    , m_isLaunch(std::move(isLaunch))
    // A child in the server's own session was forked by this program itself, not adopted.
    , m_ownSession(::getsid(0))
    , m_children(openChildrenOfFirstThread())
{
    if (m_children < 0)
        qCWarning(logOrphanKeeper,
            "no list of children from the kernel (%s): what a launch leaves is not found",
            qUtf8Printable(qt_error_string(errno)));
    m_reapSoon.setSingleShot(true);
    m_reapSoon.setInterval(reapInterval);
    connect(&m_reapSoon, &QTimer::timeout, this, [this] { reapAll(); });
    m_lookSoon.setSingleShot(true);
    m_lookSoon.setInterval(lookInterval);
    connect(&m_lookSoon, &QTimer::timeout, this, [this] { static_cast<void>(update()); });
    m_reapLater.setSingleShot(true);
    m_reapLater.setInterval(timeToClaim);
    connect(&m_reapLater, &QTimer::timeout, this, [this] { reapAll(); });
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

void OrphanKeeper::claim(pid_t pid)
{
    const auto it = m_known.find(pid);
    if (it == m_known.end() || !std::exchange(it->isUnclaimed, false))
        return;
    it->looks = mostLooks; // at marks that it does not have
    if (!m_reapSoon.isActive())
        m_reapSoon.start();
}

void OrphanKeeper::reapAll()
{
    static_cast<void>(update());
    const QList<pid_t> all = m_known.keys();
    for (const pid_t pid : all) {
        if (const auto it = m_known.find(pid); it != m_known.end() && it->isUnclaimed)
            reapUnclaimed(pid, *it);
        else
            static_cast<void>(lives(pid));
    }
}

void OrphanKeeper::reapUnclaimed(pid_t pid, Orphan &orphan)
{
    if (!hasEnded(pid))
        return;
    const auto now = std::chrono::steady_clock::now();
    if (orphan.endedBefore == std::chrono::steady_clock::time_point())
        orphan.endedBefore = now;
    if (now - orphan.endedBefore >= timeToClaim)
        static_cast<void>(lives(pid));
    else if (!m_reapLater.isActive())
        m_reapLater.start();
}

OrphanKeeper::Found OrphanKeeper::orphansOf(pid_t session, const QByteArray &mark)
{
    Found found;
    bool reaped = true;
    while (reaped) { // what the reaped left behind was adopted after the list was read
        reaped = false;
        found = {.orphans = {}, .isComplete = update()};
        QList<pid_t> candidates = m_bySession.values(session);
        const QList<pid_t> marked = m_byMark.values(mark);
        for (const pid_t pid : marked)
            if (!candidates.contains(pid))
                candidates.append(pid);
        for (const pid_t pid : std::as_const(candidates)) {
            if (lives(pid))
                found.orphans.append(pid);
            else
                reaped = true;
        }
    }
    return found;
}

bool OrphanKeeper::lives(pid_t pid)
{
    if (::waitpid(pid, nullptr, WNOHANG) == 0)
        return true;
    forget(pid); // reaped, or no child of ours any more
    return false;
}

bool OrphanKeeper::update()
{
    const QList<pid_t> children = childrenNow();
    const QDeadlineTimer enough(timeForNewOnes);
    qsizetype stillThere = 0;
    bool isComplete = true;
    // The newest are the last: those are what a death has just left.
    for (auto it = children.crbegin(); it != children.crend(); ++it) {
        const pid_t pid = *it;
        if (const auto known = m_known.find(pid); known != m_known.end()) {
            ++stillThere;
            if (known->looks == 0 || known->looks >= mostLooks)
                continue;
            Orphan again = *known;
            classify(pid, again);
            forget(pid);
            insert(pid, again);
        } else if (!m_isLaunch(pid) && ::getsid(pid) != m_ownSession) {
            if (enough.hasExpired()) {
                isComplete = false;
                continue;
            }
            Orphan orphan{.session = ::getsid(pid), .marks = {}};
            classify(pid, orphan);
            insert(pid, orphan);
            ++stillThere;
        }
    }
    if (stillThere < m_known.size()) { // reaped by somebody else, and its number may be given away
        const QSet<pid_t> now(children.cbegin(), children.cend());
        const QList<pid_t> all = m_known.keys();
        for (const pid_t pid : all)
            if (!now.contains(pid))
                forget(pid);
    }
    if (!isComplete && !m_lookSoon.isActive())
        m_lookSoon.start();
    return isComplete;
}

void OrphanKeeper::classify(pid_t pid, Orphan &orphan) const
{
    if (m_isLaunch(orphan.session))
        return; // whose session tells enough: it is inherited only
    static const QByteArray prefix = LaunchIdentity::markOfRun({}).chopped(1); // of any run
    const auto marks = procfile::marks(pid, prefix, mostEnvironmentBytes);
    orphan.looks = marks ? 0 : orphan.looks + 1;
    orphan.marks = marks.value_or(QByteArrayList());
    orphan.isUnclaimed = orphan.marks.isEmpty();
}

void OrphanKeeper::insert(pid_t pid, const Orphan &orphan)
{
    m_known.insert(pid, orphan);
    m_bySession.insert(orphan.session, pid);
    for (const QByteArray &mark : orphan.marks)
        m_byMark.insert(mark, pid);
}

void OrphanKeeper::forget(pid_t pid)
{
    const Orphan orphan = m_known.take(pid);
    m_bySession.remove(orphan.session, pid);
    for (const QByteArray &mark : orphan.marks)
        m_byMark.remove(mark, pid);
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

} // namespace semper
