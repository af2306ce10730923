// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/mailbox.h"

#include <algorithm>
#include <utility>

namespace semper {

bool Mailbox::add(const QByteArray &frame, quint64 request)
{
    if (m_waiting.size() >= maximumCount || m_bytes + frame.size() > maximumBytes)
        return false;
    m_waiting.enqueue({.frame = frame, .request = request});
    m_bytes += frame.size();
    return true;
}

bool Mailbox::isWaiting(quint64 request) const
{
    return std::ranges::find(m_waiting, request, &Item::request) != m_waiting.cend();
}

const QByteArray *Mailbox::next() const
{
    return m_waiting.isEmpty() ? nullptr : &m_waiting.head().frame;
}

void Mailbox::handOver(qint64 position)
{
    Item item = m_waiting.dequeue();
    m_bytes -= item.frame.size();
    item.end = position;
    m_written.enqueue(std::move(item));
}

void Mailbox::taken(qint64 position)
{
    while (!m_written.isEmpty() && m_written.head().end <= position)
        m_written.removeFirst();
}

void Mailbox::connectionLost(qint64 takenPosition)
{
    taken(takenPosition);
    while (!m_written.isEmpty()) {
        m_waiting.prepend(m_written.takeLast());
        m_bytes += m_waiting.head().frame.size();
    }
}

void Mailbox::withdraw(quint64 request)
{
    const auto isIt = [request](const Item &item) { return item.request == request; };
    m_written.removeIf(isIt);
    if (m_waiting.removeIf(isIt) == 0)
        return;
    m_bytes = 0;
    for (const Item &item : std::as_const(m_waiting))
        m_bytes += item.frame.size();
}

qsizetype Mailbox::clear()
{
    const auto messages = std::ranges::count(std::as_const(m_waiting), 0U, &Item::request);
    m_waiting.clear();
    m_written.clear();
    m_bytes = 0;
    return messages;
}

} // namespace semper
