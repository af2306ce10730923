// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "supervision/timetable.h"

#include <QDateTime>
#include <QObject>

#include <functional>
#include <map>

namespace semper {

class WallClock;

/// Tells processes when their schedules are due: all of a server from one wake-up of the clock on
/// the wall, and none at all while no schedule is followed. Supervision's thread.
class ScheduleClock : public QObject
{
    Q_OBJECT
public:
    using Tell = std::function<void(const Timetable::Turn &)>;

    /// \a clock has to outlive it.
    explicit ScheduleClock(WallClock &clock, QObject *parent = nullptr);

    /// \a tell is called for each turn of \a timetable in which a run is due or was missed, from
    /// now on and until leave(). \a who is only a name, and never looked at.
    void follow(const void *who, const Timetable &timetable, Tell tell);
    void leave(const void *who);
    [[nodiscard]] bool isFollowed(const void *who) const { return m_followed.contains(who); }
    /// UTC; invalid for one that is not followed and for a schedule that never comes.
    [[nodiscard]] QDateTime next(const void *who) const;

Q_SIGNALS:
    /// Every run up to \a now has been told of. Comes before it is told.
    void looked(const QDateTime &now);
    /// The clock was set, or its zone is another; some next() may be others than before.
    void changed();

private:
    void look();
    void move();
    void arm();

    struct Followed
    {
        Timetable timetable;
        Tell tell;
    };

    WallClock &m_clock;
    std::map<const void *, Followed> m_followed;
    QDateTime m_first; ///< what the clock was asked for
};

} // namespace semper
