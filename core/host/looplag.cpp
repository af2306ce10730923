// SPDX-License-Identifier: LGPL-3.0-or-later
#include "host/looplag.h"

#include <QAbstractEventDispatcher>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

LoopLag::LoopLag(const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_turnBegan(clock.now())
{
    const auto *dispatcher = QAbstractEventDispatcher::instance();
    connect(dispatcher, &QAbstractEventDispatcher::awake, this,
        [this] { m_turnBegan = m_clock.now(); });
    connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, &LoopLag::endTurn);
}

std::chrono::milliseconds LoopLag::take()
{
    endTurn();
    return std::exchange(m_longest, 0ms);
}

void LoopLag::endTurn()
{
    const std::chrono::milliseconds now = m_clock.now();
    m_longest = std::max(m_longest, now - std::exchange(m_turnBegan, now));
}

} // namespace semper
