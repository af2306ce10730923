// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>

namespace semper {

/// A single-shot timer for a time-out: leaves out time in which the server did not run itself, for
/// it was stopped or frozen, and, with setPauseCheck(), time in which what it waits for did not. It
/// looks once in each slice of its time, so that a pause costs at most one. While the machine is
/// suspended no timer runs anyway (CLOCK_MONOTONIC). The thread of its event loop.
class SEMPER_SERVER_EXPORT PatientTimer : public QObject
{
    Q_OBJECT
public:
    static constexpr int usualSlices = 8;

    /// The fewer \a slices, the less often it wakes the server up.
    explicit PatientTimer(int slices = usualSlices, QObject *parent = nullptr);

    /// \a isPaused tells whether what it waits for does not run just now.
    void setPauseCheck(std::function<bool()> isPaused) { m_isPaused = std::move(isPaused); }

    void start(std::chrono::milliseconds limit);
    void stop() { m_slice.stop(); }
    [[nodiscard]] bool isActive() const { return m_slice.isActive(); }
    /// Of its time, while it is active.
    [[nodiscard]] std::chrono::milliseconds remaining() const;

Q_SIGNALS:
    void timeout();

private:
    void startSlice();
    void sliceElapsed();
    /// This program itself did not run for a while since the slice began.
    [[nodiscard]] bool wasPaused() const;

    const int m_slices;
    std::function<bool()> m_isPaused;
    QTimer m_slice;
    std::chrono::steady_clock::time_point m_begin; ///< of the slice
    std::chrono::nanoseconds m_usedBefore{0}; ///< time of the processor, then
    std::chrono::milliseconds m_length{0};
    std::chrono::milliseconds m_left{0};
};

} // namespace semper
