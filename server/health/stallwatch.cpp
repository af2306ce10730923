// SPDX-License-Identifier: GPL-3.0-or-later
#include "health/stallwatch.h"

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

StallWatch::StallWatch(std::chrono::milliseconds limit, std::function<bool()> isPaused)
    : m_limit(limit)
{
    m_timer.setPauseCheck(std::move(isPaused));
    connect(&m_timer, &PatientTimer::timeout, this, [this] {
        m_state = State::Stalled;
        Q_EMIT stalled();
    });
}

std::chrono::milliseconds StallWatch::intervalFor(std::chrono::milliseconds limit)
{
    return std::clamp<std::chrono::milliseconds>(limit / 8, 250ms, 5s);
}

void StallWatch::begin()
{
    if (m_state != State::Off)
        return;
    m_state = State::Working;
    m_timer.start(m_limit);
}

void StallWatch::worked()
{
    if (m_state == State::Off)
        return;
    m_timer.start(m_limit);
    if (std::exchange(m_state, State::Working) == State::Stalled)
        Q_EMIT workedAgain();
}

void StallWatch::end()
{
    m_state = State::Off;
    m_timer.stop();
}

} // namespace semper
