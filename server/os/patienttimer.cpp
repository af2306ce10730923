// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/patienttimer.h"

#include <algorithm>

#include <time.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr std::chrono::milliseconds notablePause = 100ms; ///< a busy loop is late by less
constexpr int shareOfBusyLoop = 4; ///< one that used a quarter of its delay was busy, not paused

std::chrono::nanoseconds processorTime()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

} // namespace

PatientTimer::PatientTimer(int slices, QObject *parent)
    : QObject(parent)
    , m_slices(slices)
{
    m_slice.setSingleShot(true);
    m_slice.setTimerType(Qt::PreciseTimer);
    connect(&m_slice, &QTimer::timeout, this, &PatientTimer::sliceElapsed);
}

void PatientTimer::start(std::chrono::milliseconds limit)
{
    m_left = limit;
    m_length = std::max<std::chrono::milliseconds>(limit / m_slices, 1ms);
    startSlice();
}

std::chrono::milliseconds PatientTimer::remaining() const
{
    return m_left - m_slice.intervalAsDuration() + m_slice.remainingTimeAsDuration();
}

void PatientTimer::startSlice()
{
    m_begin = std::chrono::steady_clock::now();
    m_usedBefore = processorTime();
    m_slice.start(std::min(m_length, m_left));
}

bool PatientTimer::wasPaused() const
{
    const auto late = std::chrono::steady_clock::now() - m_begin - m_slice.intervalAsDuration();
    return late >= notablePause && processorTime() - m_usedBefore < late / shareOfBusyLoop;
}

void PatientTimer::sliceElapsed()
{
    const bool isOver = m_left <= 0ms; // a time-out of 0 is none to wait for
    if (!isOver && (wasPaused() || (m_isPaused && m_isPaused())))
        return startSlice();
    m_left -= m_slice.intervalAsDuration();
    if (m_left > 0ms)
        return startSlice();
    Q_EMIT timeout();
}

} // namespace semper
