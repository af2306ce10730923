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
    m_newest.clear();
    m_bytes = 0;
}

void WatcherQueue::pushNewest(const Process &process, Measured kind, const QByteArray &frame)
{
    if (m_missed == 0)
        m_newest.insert_or_assign({process, kind}, frame);
}

void WatcherQueue::settle(const Process &process)
{
    for (const Measured kind : {Measured::Metrics, Measured::Sample})
        if (auto waiting = m_newest.extract({process, kind}); !waiting.empty())
            push(waiting.mapped());
}

std::optional<QByteArray> WatcherQueue::take()
{
    if (!m_frames.empty()) {
        const QByteArray frame = std::move(m_frames.front());
        m_frames.pop_front();
        m_bytes -= frame.size();
        return frame;
    }
    if (m_newest.empty())
        return std::nullopt;
    const QByteArray frame = std::move(m_newest.begin()->second);
    m_newest.erase(m_newest.begin());
    return frame;
}

} // namespace semper
