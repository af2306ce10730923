// SPDX-License-Identifier: LGPL-3.0-or-later
#include "supervision/restartwindow.h"

#include <algorithm>
#include <limits>

namespace semper {

namespace {

qint64 minuteOf(Instant instant)
{
    return std::chrono::floor<std::chrono::minutes>(instant.time_since_epoch()).count();
}

} // namespace

void RestartWindow::add(Instant now)
{
    const qint64 minute = minuteOf(now);
    for (qint64 gone = std::max(m_newest, minute - length.count()) + 1; gone <= minute; ++gone)
        m_counts[slot(gone)] = 0;
    m_newest = std::max(m_newest, minute);
    int &count = m_counts[slot(m_newest)];
    count = std::min(count, std::numeric_limits<int>::max() / int(length.count()) - 1) + 1;
}

int RestartWindow::count(Instant now, std::chrono::minutes minutes) const
{
    int sum = 0;
    const qint64 end = minuteOf(now);
    for (qint64 minute = std::max(end - minutes.count(), m_newest - length.count()) + 1;
         minute <= m_newest; ++minute)
        sum += m_counts[slot(minute)];
    return sum;
}

std::optional<Instant> RestartWindow::nextFall(Instant now) const
{
    const qint64 begun = minuteOf(now);
    for (const std::chrono::minutes age : {std::chrono::minutes(10), length})
        for (qint64 minute = begun - age.count() + 1; minute <= m_newest; ++minute) {
            if (minute <= m_newest - length.count() || m_counts[slot(minute)] == 0)
                continue;
            if (const Instant fall(std::chrono::minutes(minute) + age); fall > now)
                return fall;
        }
    return std::nullopt;
}

} // namespace semper
