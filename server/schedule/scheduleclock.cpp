// SPDX-License-Identifier: GPL-3.0-or-later
#include "schedule/scheduleclock.h"

#include "os/wallclock.h"

#include <QList>

#include <utility>

namespace semper {

ScheduleClock::ScheduleClock(WallClock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
{
    connect(&m_clock, &WallClock::reached, this, &ScheduleClock::look);
    connect(&m_clock, &WallClock::leapt, this, [this] {
        look();
        Q_EMIT changed();
    });
    connect(&m_clock, &WallClock::moved, this, &ScheduleClock::move);
}

void ScheduleClock::follow(const void *who, const Timetable &timetable, Tell tell)
{
    Timetable begun = timetable;
    begun.begin(m_clock.now());
    const QDateTime next = begun.next();
    m_followed.insert_or_assign(who, Followed{std::move(begun), std::move(tell)});
    if (next.isValid() && (!m_first.isValid() || next < m_first))
        m_clock.wakeAt(m_first = next);
}

void ScheduleClock::leave(const void *who)
{
    m_followed.erase(who);
    if (m_followed.empty()) // else the wake-up that may have been for it finds nothing to do
        arm();
}

QDateTime ScheduleClock::next(const void *who) const
{
    const auto it = m_followed.find(who);
    return it == m_followed.end() ? QDateTime() : it->second.timetable.next();
}

void ScheduleClock::look()
{
    const QDateTime now = m_clock.now();
    QList<std::pair<const void *, Timetable::Turn>> turns;
    for (auto &[who, followed] : m_followed)
        if (Timetable::Turn turn = followed.timetable.advance(now); turn != Timetable::Turn())
            turns.append({who, std::move(turn)});
    arm();
    if (!m_followed.empty())
        Q_EMIT looked(now);
    // Only now: what is told may follow and leave.
    for (const auto &[who, turn] : std::as_const(turns)) {
        const auto it = m_followed.find(who);
        if (it == m_followed.end())
            continue;
        const Tell tell = it->second.tell;
        tell(turn);
    }
}

void ScheduleClock::move()
{
    look(); // until now they went by the zone before
    for (auto &[who, followed] : m_followed)
        followed.timetable.moveTo(m_clock.zone(), m_clock.now());
    arm();
    Q_EMIT changed();
}

void ScheduleClock::arm()
{
    m_first = {};
    for (const auto &[who, followed] : m_followed) {
        const QDateTime next = followed.timetable.next();
        if (next.isValid() && (!m_first.isValid() || next < m_first))
            m_first = next;
    }
    m_clock.wakeAt(m_first);
}

} // namespace semper
