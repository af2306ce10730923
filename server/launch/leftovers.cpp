// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/leftovers.h"

#include "os/freezer.h"
#include "os/procfile.h"

#include <QLoggingCategory>

#include <algorithm>
#include <utility>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logLeftovers, "semper.server.leftovers", QtInfoMsg)

constexpr auto giveUpAfter = 5000ms;
constexpr auto pauseAfterEnd = 2ms; ///< many that end are looked at together
constexpr qsizetype mostNamedLeftovers = 16;
constexpr qsizetype mostDescendants = 500;

} // namespace

QString LeftoverReport::names() const
{
    QStringList names;
    for (const SweptProcess &it : found)
        names.append(u"%1 (pid %2)"_s.arg(it.name).arg(it.pid));
    if (count > found.size())
        names.append(u"%1 more"_s.arg(count - found.size()));
    return names.join(u", "_s);
}

QString LeftoverReport::text() const
{
    const QString how = killed == 0 ? u"asked to end"_s
        : killed == count           ? u"killed"_s
                                    : u"asked to end, %1 of %2 killed"_s.arg(killed).arg(count);
    const QString text = u"left behind and %1: %2"_s.arg(how, names());
    return advice.isEmpty() ? text : text + u"; "_s + advice;
}

QList<Leftovers::Kin> Leftovers::kinOf(pid_t leader)
{
    QList<Kin> kin;
    for (const pid_t pid : procfile::withDescendants({leader}, mostDescendants))
        if (procfile::session(pid) != leader)
            kin.append({.pid = pid, .startTicks = procfile::startTicks(pid)});
    return kin;
}

Leftovers::Leftovers(OrphanKeeper &keeper, DeadLaunch launch, LaunchGroup group)
    : QObject(&keeper)
    , m_keeper(keeper)
    , m_launch(std::move(launch))
    , m_group(std::move(group))
{
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, &Leftovers::look);
    connect(&keeper, &OrphanKeeper::someEnded, this, [this] {
        if (m_again.isActive() && m_again.remainingTimeAsDuration() > pauseAfterEnd)
            m_again.start(pauseAfterEnd);
    });
}

void Leftovers::killAll(
    OrphanKeeper &keeper, DeadLaunch launch, LaunchGroup group, const std::function<void()> &done)
{
    auto *leftovers = new Leftovers(keeper, std::move(launch), std::move(group));
    if (done)
        connect(leftovers, &Leftovers::gone, leftovers, done);
    leftovers->kill();
}

void Leftovers::kill()
{
    if (m_isOver || std::exchange(m_isKilling, true))
        return;
    m_pause.reset();
    look();
}

OrphanKeeper::Found Leftovers::living() const
{
    OrphanKeeper::Found left{.orphans = m_group.members()};
    if (m_launch.session == 0)
        return left;
    const auto [orphans, isComplete] = m_keeper.orphansOf(m_launch.session, m_launch.mark);
    QSet<pid_t> members(left.orphans.cbegin(), left.orphans.cend());
    const auto add = [&](pid_t pid) {
        if (members.contains(pid))
            return;
        members.insert(pid);
        left.orphans.append(pid);
    };
    for (const pid_t pid : orphans)
        add(pid);
    for (const Kin &kin : m_launch.kin)
        if (kin.startTicks != 0 && procfile::startTicks(kin.pid) == kin.startTicks) {
            m_keeper.claim(kin.pid);
            add(kin.pid);
        }
    for (const pid_t pid : m_group.members())
        m_keeper.claim(pid);
    left.isComplete = isComplete;
    return left;
}

bool Leftovers::isPaused() const
{
    return std::ranges::any_of(living().orphans, isInFrozenCgroup);
}

void Leftovers::look()
{
    const auto [pids, isComplete] = living();
    if (pids.isEmpty() && isComplete)
        return finish();
    if (m_isKilling && m_waited >= giveUpAfter) {
        qCWarning(logLeftovers, "what session %d has left cannot be killed; it is left behind",
            m_launch.session);
        return finish();
    }
    for (const pid_t pid : pids)
        m_isKilling ? kill(pid) : ask(pid);
    if (m_isKilling)
        m_group.kill(); // whatever it forks meanwhile
    if (!isComplete) // others' turn, then again
        return m_again.start(0ms);
    const auto pause = m_pause.next();
    m_again.start(pause);
    if (m_isKilling)
        m_waited += pause;
}

// Children of ours are not reaped but by us, so that their numbers, and that of a process group
// with one of them in it, are theirs until then.
void Leftovers::ask(pid_t pid)
{
    if (m_seen.contains(pid))
        return;
    m_seen.insert(pid);
    const bool isInGroup = ::getpgid(pid) == m_launch.session;
    // Who is asked twice may take it for an order to hurry.
    if (!isInGroup || !m_launch.groupTold) {
        count(pid);
        if (!isInGroup)
            ::kill(pid, m_launch.signal);
        else if (!std::exchange(m_groupAsked, true))
            ::kill(-m_launch.session, m_launch.signal);
    }
    if (procfile::isFrozen(pid)) // it would not see the signal
        ::kill(pid, SIGCONT);
}

void Leftovers::kill(pid_t pid)
{
    const bool isDyingAnyway
        = m_launch.groupTold && !m_seen.contains(pid) && ::getpgid(pid) == m_launch.session;
    if (!isDyingAnyway && !m_killed.contains(pid)) {
        m_killed.insert(pid);
        count(pid);
        ++m_report.killed;
    }
    ::kill(pid, SIGKILL);
}

void Leftovers::count(pid_t pid)
{
    if (m_counted.contains(pid))
        return;
    m_counted.insert(pid);
    ++m_report.count;
    if (m_report.found.size() < mostNamedLeftovers)
        m_report.found.append({.pid = pid, .name = procfile::name(pid)});
}

void Leftovers::finish()
{
    m_isOver = true;
    m_group.remove();
    deleteLater();
    Q_EMIT gone(m_report);
}

} // namespace semper
