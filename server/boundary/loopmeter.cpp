// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/loopmeter.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>

#include <algorithm>
#include <utility>

namespace semper {

LoopMeter::LoopMeter()
    : m_begin(Clock::now().time_since_epoch().count())
{
    const auto *dispatcher = QAbstractEventDispatcher::instance();
    connect(dispatcher, &QAbstractEventDispatcher::awake, this, &LoopMeter::turnBegins);
    connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, &LoopMeter::waits);
    QCoreApplication::instance()->installEventFilter(this);
}

LoopMeter::~LoopMeter() = default;

bool LoopMeter::eventFilter(QObject * /*receiver*/, QEvent * /*event*/)
{
    if (m_begin == 0)
        turnBegins();
    return false;
}

void LoopMeter::turnBegins()
{
    const Clock::rep now = Clock::now().time_since_epoch().count();
    note(now);
    m_begin = now;
    if (!m_isWanted.exchange(false))
        return;
    std::function<void()> tell;
    {
        const std::lock_guard lock(m_mutex);
        tell.swap(m_tell);
    }
    if (tell)
        tell();
}

void LoopMeter::waits()
{
    note(Clock::now().time_since_epoch().count());
    m_begin = 0;
}

void LoopMeter::note(Clock::rep now)
{
    if (const Clock::rep begin = m_begin; begin != 0)
        m_longest = std::max<Clock::rep>(m_longest, now - begin);
}

LoopMeter::Clock::duration LoopMeter::currentTurn() const
{
    const Clock::rep begin = m_begin;
    return begin == 0 ? Clock::duration(0)
                      : Clock::now().time_since_epoch() - Clock::duration(begin);
}

std::chrono::milliseconds LoopMeter::takeLongest()
{
    const Clock::duration longest = std::max(Clock::duration(m_longest.exchange(0)), currentTurn());
    return std::chrono::duration_cast<std::chrono::milliseconds>(longest);
}

void LoopMeter::notifyOnce(std::function<void()> tell)
{
    const std::lock_guard lock(m_mutex);
    m_tell = std::move(tell);
    m_isWanted = true;
}

} // namespace semper
