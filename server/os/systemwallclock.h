// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/wallclock.h"

#include <QSocketNotifier>

#include <memory>

namespace semper {

class ZoneWatch;

/// The machine's clock. One timerfd (CLOCK_REALTIME), which the kernel also wakes when the clock is
/// set: nothing polls, and an idle server stays asleep. Where there is no such descriptor to be
/// had, that is logged and the two signals never come.
class SEMPER_SERVER_EXPORT SystemWallClock : public WallClock
{
    Q_OBJECT
public:
    explicit SystemWallClock(QObject *parent = nullptr);
    ~SystemWallClock() override;

    [[nodiscard]] QDateTime now() const override;
    void wakeAt(const QDateTime &moment) override;
    [[nodiscard]] QTimeZone zone() override;

private:
    void readZone();
    void arm();
    void read();

    int m_timer;
    std::unique_ptr<QSocketNotifier> m_notifier;
    QDateTime m_moment;
    std::unique_ptr<ZoneWatch> m_zoneWatch; ///< null until somebody asks for the zone
    QTimeZone m_zone;
};

} // namespace semper
