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

// Work may let the loop turn: then the rest runs within it, in a call of its own.
void Crossing::run()
{
    const QDeadlineTimer turn(longestTurn);
    std::unique_lock lock(m_mutex);
    m_isAwake = false;
    while (!m_waiting.empty()) {
        if (turn.hasExpired())
            return wake();
        std::function<void()> work = std::move(m_waiting.front());
        m_waiting.pop_front();
        if (!m_waiting.empty())
            wake();
        lock.unlock();
        work();
        work = nullptr; // what it owned may post as it goes
        lock.lock();
    }
}

} // namespace semper
