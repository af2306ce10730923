// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "journal/journalevent.h"

#include <QHash>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace semper {

/// Events that wait for the disk. Beyond its bounds the oldest goes, and is counted: of a process
/// that has more than its share, so that none, and not the server itself, pushes the events of
/// others out.
class SEMPER_SERVER_EXPORT WaitingEvents
{
public:
    static constexpr std::size_t usualCount = 10'000;
    static constexpr qsizetype mostBytes = 16 * 1024 * 1024;

    explicit WaitingEvents(std::size_t mostEvents = usualCount)
        : m_mostEvents(mostEvents)
    { }

    void add(JournalEvent event);
    [[nodiscard]] bool isEmpty() const { return m_events.empty(); }
    [[nodiscard]] std::size_t size() const { return m_events.size(); }
    [[nodiscard]] const std::map<qint64, JournalEvent> &all() const { return m_events; } ///< by id
    /// Takes the oldest out.
    [[nodiscard]] std::vector<JournalEvent> take(std::size_t most);
    /// What had to go since the last call.
    [[nodiscard]] std::optional<GoneEvents> takeDropped();

private:
    using Ids = std::set<qint64>;

    void remove(std::map<qint64, JournalEvent>::iterator it);
    void list(const Ids &ids);
    void unlist(const Ids &ids);
    [[nodiscard]] qint64 oldestAboveShare() const;
    void makeRoom();

    const std::size_t m_mostEvents;
    qsizetype m_bytes = 0;
    std::map<qint64, JournalEvent> m_events;
    QHash<JournalEvent::Subject, Ids> m_held;
    std::map<std::size_t, Ids> m_oldest; ///< each subject's, by how many it has
    std::optional<GoneEvents> m_dropped;
};

} // namespace semper
