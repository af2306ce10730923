// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/slidingwindow.h"

#include <algorithm>

namespace semper {

int SlidingWindow::count(Instant now, std::chrono::milliseconds length)
{
    const auto recent = std::ranges::find_if(
        m_entries, [now, length](Instant entry) { return now - entry < length; });
    m_entries.erase(m_entries.begin(), recent);
    return int(m_entries.size());
}

void SlidingWindow::add(Instant now, int limit)
{
    m_entries.push_back(now);
    if (m_entries.size() > std::size_t(limit) + 1)
        m_entries.erase(m_entries.begin(), m_entries.end() - limit - 1);
}

} // namespace semper
