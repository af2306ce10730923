// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/eventreplay.h"

#include "journal/journal.h"

#include <QPointer>

#include <algorithm>
#include <utility>

namespace semper {

namespace {

constexpr std::size_t mostHeld = 1000;

} // namespace

EventReplay::EventReplay(Journal &journal, EventQuery query, QObject *parent)
    : QObject(parent)
    , m_journal(journal)
    , m_query(std::move(query))
{
    m_query.until = m_journal.lastId();
}

void EventReplay::next()
{
    if (std::exchange(m_isReading, true))
        return;
    m_journal.read(m_query, [self = QPointer(this)](const EventPage &page) {
        if (self)
            self->take(page);
    });
}

void EventReplay::hold(const JournalEvent::Subject &subject, const QByteArray &frame)
{
    if (m_isTooMuch)
        return;
    if (m_held.size() < mostHeld)
        return m_held.push_back({subject, frame});
    m_held.clear();
    m_isTooMuch = true;
}

void EventReplay::take(const EventPage &page)
{
    m_isPartial = m_isPartial || page.isPartial;
    m_query.after = std::max(m_query.after, page.next);
    m_query.newest = false;
    bool isOver = !page.more;
    if (isOver && std::exchange(m_isTooMuch, false)) {
        m_query.until = m_journal.lastId();
        isOver = false;
    }
    m_isReading = isOver; // for ever, then
    QByteArrayList frames;
    for (const QByteArray &event : page.events)
        frames.append(eventFrame(event));
    Q_EMIT found(frames);
    if (isOver)
        Q_EMIT finished(m_query.after, m_isPartial);
}

QByteArray eventFrame(const QByteArray &json)
{
    return "{\"event\":" + json + ",\"type\":\"event\"}\n";
}

} // namespace semper
