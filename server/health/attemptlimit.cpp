// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/attemptlimit.h"

#include <algorithm>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr int slices = 5; // however long a stop takes, no more than one of them is lost by it

} // namespace

AttemptLimit::AttemptLimit(std::chrono::milliseconds limit, QObject *parent)
    : QObject(parent)
{
    m_timer.setInterval(std::max<std::chrono::milliseconds>(limit / slices, 1ms));
    connect(&m_timer, &QTimer::timeout, this, &AttemptLimit::sliceElapsed);
}

void AttemptLimit::start()
{
    m_slicesLeft = slices;
    m_slice.start();
    m_timer.start();
}

// A timer that elapsed several times meanwhile fires once. One that is late by more than a slice
// tells that the server was stopped, and what came in that time may not have been read yet.
void AttemptLimit::sliceElapsed()
{
    const bool wasStopped = m_slice.restart() > 2 * m_timer.interval();
    if (wasStopped || --m_slicesLeft > 0)
        return;
    m_timer.stop();
    Q_EMIT elapsed();
}

} // namespace semper
