// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "journal/eventquery.h"

#include <QByteArray>
#include <QObject>

#include <vector>

namespace semper {

class Journal;

/// The events of before that a watcher has asked for: read page by page, as fast as the watcher
/// reads them. What happens meanwhile comes after them: it is held, or read as well where it is too
/// much. So none is left out, and none comes twice.
class EventReplay : public QObject
{
    Q_OBJECT
public:
    /// \a journal outlives it.
    EventReplay(Journal &journal, EventQuery query, QObject *parent);

    /// The watcher has read what it got.
    void next();
    /// An event that came meanwhile, as a frame.
    void hold(const JournalEvent::Subject &subject, const QByteArray &frame);

    struct Held
    {
        JournalEvent::Subject subject;
        QByteArray frame;
    };
    [[nodiscard]] const std::vector<Held> &held() const { return m_held; }

Q_SIGNALS:
    void found(const QByteArrayList &frames);
    /// Nothing more is to come but what is held. \a lastId: all up to it was looked at.
    void finished(qint64 lastId, bool isPartial);

private:
    void take(const EventPage &page);

    Journal &m_journal;
    EventQuery m_query;
    std::vector<Held> m_held;
    bool m_isReading = false;
    bool m_isTooMuch = false; ///< to be held: what comes is read
    bool m_isPartial = false;
};

/// The frame of the event object \a json.
[[nodiscard]] QByteArray eventFrame(const QByteArray &json);

} // namespace semper
