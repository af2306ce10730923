// SPDX-License-Identifier: GPL-3.0-or-later
#include "turns/turns.h"

#include "turns/turnline.h"
#include "turns/turntaker.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace semper {

namespace {

/// Long enough that waiting for events takes little of a busy server's time.
constexpr auto budgetOfTurn = 1ms;

} // namespace

Turns &Turns::ofThread()
{
    static thread_local Turns turns;
    return turns;
}

Turns::Turns()
{
    if (auto *dispatcher = QAbstractEventDispatcher::instance())
        connect(dispatcher, &QAbstractEventDispatcher::awake, this, [this] { m_spent = 0ns; });
}

void Turns::giveWay(int descriptor)
{
    m_urgent.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
}

void Turns::giveWayNoMore(int descriptor)
{
    std::erase_if(m_urgent, [descriptor](const pollfd &polled) { return polled.fd == descriptor; });
}

bool Turns::hasTime() const
{
    return m_lines.empty() && m_spent < budgetOfTurn && !isUrgent();
}

void Turns::serveOrQueue(TurnTaker &taker)
{
    while (hasTime())
        if (!serve(taker))
            return;
    queue(taker);
}

void Turns::queue(TurnTaker &taker)
{
    taker.m_waits = true;
    if (taker.m_line->waiting.empty())
        m_lines.push_back(taker.m_line);
    taker.m_line->waiting.push_back(&taker);
    callRound();
}

void Turns::leave(TurnTaker &taker)
{
    taker.m_waits = false;
    const std::shared_ptr<TurnLine> line = taker.m_line;
    std::erase(line->waiting, &taker);
    if (line->waiting.empty())
        std::erase(m_lines, line);
}

/// True if there is more to do for it.
bool Turns::serve(TurnTaker &taker)
{
    const auto begun = std::chrono::steady_clock::now();
    const bool hasMore = taker.run();
    m_spent += std::chrono::steady_clock::now() - begun;
    return hasMore;
}

bool Turns::isUrgent() const
{
    return !m_urgent.empty() && ::poll(m_urgent.data(), m_urgent.size(), 0) > 0;
}

/// Behind all that is queued by then.
void Turns::callRound()
{
    if (!std::exchange(m_roundCalled, true))
        QCoreApplication::postEvent(this, new QEvent(QEvent::User), Qt::LowEventPriority);
}

void Turns::customEvent(QEvent *)
{
    m_roundCalled = false;
    while (!m_lines.empty()) {
        const std::shared_ptr<TurnLine> line = m_lines.front();
        TurnTaker *taker = line->waiting.front();
        m_lines.pop_front();
        line->waiting.pop_front();
        taker->m_waits = false;
        if (!line->waiting.empty())
            m_lines.push_back(line);
        if (!m_lines.empty())
            callRound(); // before the piece, which may let the event loop turn
        if (serve(*taker))
            queue(*taker);
        if (m_spent >= budgetOfTurn || isUrgent())
            break;
    }
}

} // namespace semper
