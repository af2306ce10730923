// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/wallclock.h"

namespace semper::test {

/// A clock on the wall that stands still until a test moves or sets it.
class FakeWallClock : public WallClock
{
public:
    explicit FakeWallClock(const QDateTime &now)
        : m_now(now)
    { }

    [[nodiscard]] QDateTime now() const override { return m_now; }
    void wakeAt(const QDateTime &moment) override { m_moment = moment; }
    [[nodiscard]] QTimeZone zone() override { return m_zone; }
    [[nodiscard]] QDateTime wakesAt() const { return m_moment; }

    /// Time goes on to \a now.
    void goOnTo(const QDateTime &now)
    {
        m_now = now;
        if (m_moment.isValid() && m_now >= m_moment)
            Q_EMIT reached();
    }
    /// Somebody sets it.
    void set(const QDateTime &now)
    {
        m_now = now;
        Q_EMIT leapt();
    }
    /// Somebody moves the machine.
    void moveTo(const QTimeZone &zone)
    {
        m_zone = zone;
        Q_EMIT moved();
    }

private:
    QDateTime m_now;
    QDateTime m_moment;
    QTimeZone m_zone = QTimeZone::utc();
};

} // namespace semper::test
