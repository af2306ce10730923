// SPDX-License-Identifier: LGPL-3.0-or-later
#include "host/looplag.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

// The dispatcher tells when it is about to wait, but awake() comes only after the timers and the
// sockets of that wait were served: the first event is what tells that the wait is over.
LoopLag::LoopLag(const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_turnBegan(clock.now())
{
    QCoreApplication::instance()->installEventFilter(this);
    connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::aboutToBlock, this,
        &LoopLag::endTurn);
}

bool LoopLag::eventFilter(QObject *, QEvent *)
{
    if (!m_turnBegan)
        m_turnBegan = m_clock.now();
    return false;
}

std::chrono::milliseconds LoopLag::take()
{
    if (m_turnBegan) {
        endTurn();
        m_turnBegan = m_clock.now();
    }
    return std::exchange(m_longest, 0ms);
}

void LoopLag::endTurn()
{
    if (const auto began = std::exchange(m_turnBegan, std::nullopt))
        m_longest = std::max(m_longest, m_clock.now() - *began);
}

} // namespace semper
