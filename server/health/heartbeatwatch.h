// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/patienttimer.h"

#include <QObject>
#include <QString>

#include <chrono>
#include <memory>
#include <optional>

namespace semper {

/// Whether the event loop of one launch turns, as its heartbeats tell. Supervision's thread.
class HeartbeatWatch : public QObject
{
    Q_OBJECT
public:
    /// \a watchdog: silent for longer it counts as hung; 0: never.
    explicit HeartbeatWatch(std::chrono::milliseconds watchdog, QObject *parent = nullptr);

    /// While nothing is watched only.
    void setWatchdog(std::chrono::milliseconds watchdog);
    /// How often a process has to show itself: every 10 s, or a third of its watchdog.
    [[nodiscard]] std::chrono::milliseconds interval() const { return m_interval; }
    /// How long it may be silent before it counts as not alive.
    [[nodiscard]] std::chrono::milliseconds patience() const;
    /// Silent for longer it counts as hung; 0: never.
    [[nodiscard]] std::chrono::milliseconds watchdog() const { return m_period; }
    /// Heartbeats arrive; nothing where none is expected.
    [[nodiscard]] std::optional<bool> isAlive() const { return m_alive; }
    /// The longest turn of its event loop, of late; nothing where it does not tell.
    [[nodiscard]] std::optional<std::chrono::milliseconds> loopLag() const { return m_loopLag; }

    [[nodiscard]] bool isWatching() const { return m_pid != 0; }
    /// A launch that sends heartbeats began. \a label and \a pid are for the log.
    void start(const QString &label, qint64 pid);
    void received(std::optional<std::chrono::milliseconds> loopLag);
    /// It may be silent for at least \a time from now on. Source: sd_notify(3),
    /// EXTEND_TIMEOUT_USEC.
    void extend(std::chrono::milliseconds time);
    void stop();

Q_SIGNALS:
    void changed();
    /// No heartbeat came in time; the stacks of the launch, where they can be had, are in the log.
    void hung();

private:
    struct Timers
    {
        // A heartbeat starts them again before half of their time is over.
        PatientTimer overdue{2};
        PatientTimer watchdog{2};
    };

    void makeTimers();
    void expectNext();
    void elapsed();

    std::chrono::milliseconds m_period{};
    std::chrono::milliseconds m_interval{};
    QString m_label;
    qint64 m_pid = 0;
    std::unique_ptr<Timers> m_timers; ///< null while nothing was ever expected
    bool m_isSuspect = false; ///< the watchdog has elapsed once
    std::optional<bool> m_alive;
    std::optional<std::chrono::milliseconds> m_loopLag;
};

} // namespace semper
