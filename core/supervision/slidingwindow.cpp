// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/slidingwindow.h"

namespace semper {

int SlidingWindow::count(Instant now, std::chrono::milliseconds length)
{
    while (!m_entries.empty() && now - m_entries.front() >= length)
        m_entries.pop_front();
    return int(m_entries.size());
}

void SlidingWindow::add(Instant now, int limit)
{
    m_entries.push_back(now);
    while (m_entries.size() > std::size_t(limit) + 1)
        m_entries.pop_front();
}

} // namespace semper
