// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/waitingevents.h"

#include <algorithm>
#include <utility>

namespace semper {

void WaitingEvents::add(JournalEvent event)
{
    const qint64 id = event.id;
    m_bytes += event.json.size();
    Ids &ids = m_held[event.subject];
    unlist(ids);
    ids.insert(id);
    list(ids);
    m_events.insert_or_assign(id, std::move(event));
    while (m_events.size() > m_mostEvents || (m_bytes > mostBytes && m_events.size() > 1))
        makeRoom();
}

std::vector<JournalEvent> WaitingEvents::take(std::size_t most)
{
    std::vector<JournalEvent> taken;
    taken.reserve(std::min(most, m_events.size()));
    while (taken.size() < most && !m_events.empty()) {
        taken.push_back(m_events.begin()->second);
        remove(m_events.begin());
    }
    return taken;
}

std::optional<GoneEvents> WaitingEvents::takeDropped()
{
    return std::exchange(m_dropped, std::nullopt);
}

void WaitingEvents::remove(std::map<qint64, JournalEvent>::iterator it)
{
    const auto held = m_held.find(it->second.subject);
    unlist(*held);
    held->erase(it->first);
    list(*held);
    if (held->empty())
        m_held.remove(it->second.subject);
    m_bytes -= it->second.json.size();
    m_events.erase(it);
}

void WaitingEvents::list(const Ids &ids)
{
    if (!ids.empty())
        m_oldest[ids.size()].insert(*ids.begin());
}

void WaitingEvents::unlist(const Ids &ids)
{
    const auto it = m_oldest.find(ids.size());
    if (it == m_oldest.end())
        return;
    it->second.erase(*ids.begin());
    if (it->second.empty())
        m_oldest.erase(it);
}

/// Of the subjects that have more than their share; of all where none has. The loop is short: there
/// are few different numbers of events that a subject can have, for 1 + 2 + ... + 141 is above
/// 10,000.
qint64 WaitingEvents::oldestAboveShare() const
{
    const auto share = std::max<std::size_t>(1, m_mostEvents / std::size_t(m_held.size()));
    std::optional<qint64> oldest;
    for (auto it = m_oldest.upper_bound(share); it != m_oldest.end(); ++it)
        if (const qint64 id = *it->second.begin(); !oldest || id < *oldest)
            oldest = id;
    return oldest.value_or(m_events.begin()->first);
}

void WaitingEvents::makeRoom()
{
    const auto goes = m_events.find(oldestAboveShare());
    const qint64 id = goes->first;
    if (!m_dropped)
        m_dropped = GoneEvents{.ids = {id, id}};
    ++m_dropped->count;
    m_dropped->ids = {std::min(m_dropped->ids.first, id), std::max(m_dropped->ids.last, id)};
    remove(goes);
}

} // namespace semper
