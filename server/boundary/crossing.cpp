// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/crossing.h"

#include <QDeadlineTimer>

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto longestTurn = 5ms; ///< then the loop's other events have theirs

} // namespace

Crossing::Crossing()
{
    connect(&m_bell, &Doorbell::heard, this, &Crossing::run);
}

Crossing::~Crossing()
{
    close();
}

void Crossing::post(std::function<void()> work)
{
    const std::lock_guard lock(m_mutex);
    if (m_isClosed)
        return;
    m_waiting.push_back(std::move(work));
    wake();
}

void Crossing::close()
{
    std::deque<std::function<void()>> dropped; // outside the lock: each may be another's last owner
    const std::lock_guard lock(m_mutex);
    m_isClosed = true;
    dropped.swap(m_waiting);
}

/// With the mutex locked.
void Crossing::wake()
{
    if (!std::exchange(m_isAwake, true))
        m_bell.ring();
}

void Crossing::run()
{
    const QDeadlineTimer turn(longestTurn);
    for (;;) {
        std::function<void()> work;
        {
            const std::lock_guard lock(m_mutex);
            if (m_waiting.empty()) {
                m_isAwake = false;
                return;
            }
            if (turn.hasExpired()) {
                m_isAwake = false;
                return wake();
            }
            work = std::move(m_waiting.front());
            m_waiting.pop_front();
        }
        work();
    }
}

} // namespace semper
