// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "journal/journalevent.h"

#include <QByteArrayList>
#include <QDateTime>
#include <QStringList>
#include <QUrlQuery>

#include <functional>
#include <limits>
#include <variant>

namespace semper {

/// Which events of the journal somebody wants to see.
struct EventQuery
{
    static constexpr int largestPage = 1000;

    qint64 after = 0; ///< an id: only later ones
    qint64 until = std::numeric_limits<qint64>::max(); ///< an id: none beyond
    int limit = 100; ///< at most so many
    bool newest = false; ///< the last of these, not the first; oldest first all the same
    QStringList processes = {}; ///< names; none: everything, also the server's own
    bool serverToo = false; ///< the server's own events beside those of the processes
    QStringList types = {}; ///< none: all
    QDateTime since = {}; ///< by the clock on the wall
    QDateTime before = {};

    [[nodiscard]] SEMPER_SERVER_EXPORT bool matches(const JournalEvent &event) const;
    /// "after", "limit", "newest", "process", "type", "since" and "until" of a URL, or what is
    /// wrong with them.
    [[nodiscard]] SEMPER_SERVER_EXPORT static std::variant<EventQuery, QString> read(
        const QUrlQuery &query);
    friend bool operator==(const EventQuery &, const EventQuery &) = default;
};

/// What was found.
struct EventPage
{
    QByteArrayList events = {}; ///< as JSON, oldest first, each with "durable"
    qint64 next = 0; ///< ask for what is after that
    bool more = false; ///< there is some already
    /// The disk did not answer: these are only events that wait for it.
    bool isPartial = false;
};
using EventsFound = std::function<void(const EventPage &page)>;
/// Has \a found called with the page, once.
using EventSource = std::function<void(const EventQuery &query, EventsFound found)>;

} // namespace semper
