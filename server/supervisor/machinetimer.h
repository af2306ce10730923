// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/patienttimer.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>
#include <utility>

namespace semper {

/// The one timer of a machine: either a time-out, which does not count pauses, or the delay of a
/// restart, which is exact. Supervision's thread.
class MachineTimer : public QObject
{
    Q_OBJECT
public:
    /// \a isPaused tells whether what a time-out waits for does not run just now.
    explicit MachineTimer(std::function<bool()> isPaused)
    {
        m_timeout.setPauseCheck(std::move(isPaused));
        connect(&m_timeout, &PatientTimer::timeout, this, &MachineTimer::elapsed);
        m_delay.setSingleShot(true);
        m_delay.setTimerType(Qt::PreciseTimer);
        connect(&m_delay, &QTimer::timeout, this, &MachineTimer::elapsed);
    }

    void startTimeout(std::chrono::milliseconds limit)
    {
        cancel();
        m_timeout.start(limit);
    }
    void startDelay(std::chrono::milliseconds delay)
    {
        cancel();
        m_delay.start(delay);
    }
    void cancel()
    {
        m_delay.stop();
        m_timeout.stop();
    }
    /// A time-out that runs elapses no earlier than after \a time.
    void extend(std::chrono::milliseconds time)
    {
        if (m_timeout.isActive() && m_timeout.remaining() < time)
            m_timeout.start(time);
    }
    /// A time-out that runs elapses no later than after \a time.
    void limit(std::chrono::milliseconds time)
    {
        if (m_timeout.isActive() && m_timeout.remaining() > time)
            m_timeout.start(time);
    }

Q_SIGNALS:
    void elapsed();

private:
    PatientTimer m_timeout; ///< one of the two runs
    QTimer m_delay;
};

} // namespace semper
