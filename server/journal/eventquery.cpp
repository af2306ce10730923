// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/eventquery.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <optional>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 largestEventId = 9'007'199'254'740'991; ///< what JSON can tell

/// Digits and nothing else, from \a least to \a most.
std::optional<qint64> wholeNumber(const QString &text, qint64 least, qint64 most)
{
    bool isNumber = false;
    const qint64 number = text.toLongLong(&isNumber);
    if (!isNumber || text.startsWith(u'+') || number < least || number > most)
        return std::nullopt;
    return number;
}

/// Takes one parameter of a URL. Nothing, or what is wrong.
std::optional<QString> take(const QString &name, const QString &value, EventQuery &query)
{
    if (name == keys::after) {
        const auto after = wholeNumber(value, 0, largestEventId);
        query.after = after.value_or(0);
        return after ? std::nullopt : std::optional(u"\"after\" must be the id of an event"_s);
    }
    if (name == keys::limit) {
        const auto limit = wholeNumber(value, 1, EventQuery::largestPage);
        query.limit = int(limit.value_or(1));
        return limit ? std::nullopt
                     : std::optional(u"\"limit\" must be a whole number from 1 to %1"_s.arg(
                         EventQuery::largestPage));
    }
    if (name == keys::newest) {
        query.newest = value == "true"_L1;
        return query.newest || value == "false"_L1
            ? std::nullopt
            : std::optional(u"\"newest\" must be true or false"_s);
    }
    if (name == keys::process || name == keys::type) {
        (name == keys::process ? query.processes : query.types) = value.split(u',');
        return std::nullopt;
    }
    if (name == keys::since || name == keys::until) {
        const QDateTime time = fromWireTime(value);
        (name == keys::since ? query.since : query.before) = time;
        return time.isValid() ? std::nullopt
                              : std::optional(u"\"%1\" must be a time in ISO 8601"_s.arg(name));
    }
    return u"no parameter \"%1\"; there are \"after\", \"limit\", \"newest\", \"process\", "
           "\"type\", \"since\" and \"until\""_s.arg(name.left(64));
}

} // namespace

bool EventQuery::matches(const JournalEvent &event) const
{
    const QString &process = event.subject.first;
    return event.id > after && event.id <= until
        && (processes.isEmpty() || (process.isEmpty() ? serverToo : processes.contains(process)))
        && (types.isEmpty() || types.contains(event.type))
        && (!since.isValid() || event.at >= since.toMSecsSinceEpoch())
        && (!before.isValid() || event.at < before.toMSecsSinceEpoch());
}

std::variant<EventQuery, QString> EventQuery::read(const QUrlQuery &query)
{
    EventQuery read;
    for (const auto &[name, value] : query.queryItems(QUrl::FullyDecoded))
        if (auto fault = take(name, value, read))
            return *std::move(fault);
    return read;
}

} // namespace semper
