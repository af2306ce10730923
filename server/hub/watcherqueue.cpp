// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/watcherqueue.h"

namespace semper {

void WatcherQueue::push(const QByteArray &frame)
{
    if (m_missed > 0) { // the snapshot to come says it all
        ++m_missed;
        return;
    }
    m_frames.push_back(frame);
    m_bytes += frame.size();
    if (m_frames.size() <= maximumFrames && m_bytes <= maximumBytes)
        return;
    m_missed = qint64(m_frames.size());
    m_frames.clear();
    m_metrics.clear();
    m_bytes = 0;
}

void WatcherQueue::pushMetrics(const Key &process, const QByteArray &frame)
{
    if (m_missed == 0)
        m_metrics.insert_or_assign(process, frame);
}

std::optional<QByteArray> WatcherQueue::take()
{
    if (!m_frames.empty()) {
        const QByteArray frame = std::move(m_frames.front());
        m_frames.pop_front();
        m_bytes -= frame.size();
        return frame;
    }
    if (m_metrics.empty())
        return std::nullopt;
    const QByteArray frame = std::move(m_metrics.begin()->second);
    m_metrics.erase(m_metrics.begin());
    return frame;
}

} // namespace semper
