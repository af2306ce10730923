// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/connectionquery.h"

#include "protocol/connectionkeys.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr quint64 largestId = 9'007'199'254'740'991; ///< what JSON can tell
constexpr quint64 largestPage = 1000;

/// Digits and nothing else, from \a least to \a most.
std::optional<quint64> numberOf(const QString &text, quint64 least, quint64 most)
{
    static const QRegularExpression form(u"\\A[0-9]{1,16}\\z"_s);
    const quint64 number = text.toULongLong();
    if (!form.match(text).hasMatch() || number < least || number > most)
        return std::nullopt;
    return number;
}

} // namespace

std::variant<ConnectionQuery, CommandError> ConnectionQuery::read(const QUrlQuery &query)
{
    const auto bad = [](const QString &detail) {
        return CommandError{.code = u"bad_parameter"_s, .detail = detail};
    };
    ConnectionQuery read;
    for (const auto &[name, value] : query.queryItems()) {
        if (name == keys::service) {
            read.service = value;
        } else if (name == keys::after) {
            const auto after = numberOf(value, 0, largestId);
            if (!after)
                return bad(u"\"after\" must be the id of a connection"_s);
            read.after = *after;
        } else if (name == nextPage) {
            const auto after = numberOf(value.section(u':', 1), 1, largestId);
            read.from = value.section(u':', 0, 0);
            if (!after || read.from.isEmpty())
                return bad(u"\"next\" must be what the page before said"_s);
            read.after = *after;
        } else if (name == keys::limit) {
            const auto limit = numberOf(value, 1, largestPage);
            if (!limit)
                return bad(u"\"limit\" must be a whole number from 1 to %1"_s.arg(largestPage));
            read.limit = int(*limit);
        } else {
            return bad(
                u"no parameter \"%1\"; there are \"service\", \"after\", \"next\" and \"limit\""_s
                    .arg(name.left(64)));
        }
    }
    if (read.from.isEmpty())
        read.from = read.service;
    if (read.after > 0 && read.from.isEmpty())
        return bad(u"\"after\" needs \"service\": each service counts its connections itself"_s);
    if (!read.service.isEmpty() && read.from != read.service)
        return bad(u"\"next\" is of another service"_s);
    return read;
}

} // namespace semper
