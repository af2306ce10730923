// SPDX-License-Identifier: GPL-3.0-or-later
#include "turns/turntaker.h"

#include "turns/turns.h"

#include <utility>

namespace semper {

TurnTaker::TurnTaker(std::shared_ptr<TurnLine> line, Piece piece)
    : m_line(std::move(line))
    , m_piece(std::move(piece))
{ }

TurnTaker::~TurnTaker()
{
    if (m_waits)
        Turns::ofThread().leave(*this);
    if (m_gone)
        *m_gone = true;
}

void TurnTaker::ask()
{
    if (m_runs)
        m_asked = true;
    else if (!m_waits)
        Turns::ofThread().serveOrQueue(*this);
}

void TurnTaker::askLater()
{
    if (m_runs)
        m_asked = true;
    else if (!m_waits)
        Turns::ofThread().queue(*this);
}

bool TurnTaker::run()
{
    bool gone = false;
    m_gone = &gone;
    m_runs = true;
    m_asked = false;
    const Piece piece = m_piece; // which may delete what it belongs to
    const bool hasMore = piece();
    if (gone)
        return false;
    m_gone = nullptr;
    m_runs = false;
    return std::exchange(m_asked, false) || hasMore;
}

} // namespace semper
