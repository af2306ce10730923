// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <utility>

namespace semper {

/// An event as the journal keeps it: the object as text, a fifth of what the object takes, and
/// what is looked for in it.
struct JournalEvent
{
    /// Process and instance; of the server's own events, no name.
    using Subject = std::pair<QString, int>;

    qint64 id = 0;
    qint64 at = 0; ///< milliseconds since 1970, by the clock on the wall
    QString type = {};
    Subject subject = {};
    QByteArray json = {}; ///< without "durable"

    /// The object as it goes out.
    [[nodiscard]] QByteArray toJson(bool durable) const
    {
        return (durable ? R"({"durable":true,)" : R"({"durable":false,)") + json.sliced(1);
    }
    friend bool operator==(const JournalEvent &, const JournalEvent &) = default;
};

/// Ids in a row.
struct IdRange
{
    qint64 first = 0;
    qint64 last = 0;
    friend bool operator==(const IdRange &, const IdRange &) = default;
};

/// Events that are not there any more, or never got there; all of their ids are in the range.
struct GoneEvents
{
    qint64 count = 0;
    IdRange ids = {};
    friend bool operator==(const GoneEvents &, const GoneEvents &) = default;
};

} // namespace semper
