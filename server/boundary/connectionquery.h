// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/supervision.h"

#include <semper/semper_server_export.h>

#include <QJsonObject>
#include <QString>
#include <QUrlQuery>

#include <functional>
#include <variant>

namespace semper {

/// Which connections somebody wants to see.
struct ConnectionQuery
{
    QString service = {}; ///< empty: of all services
    QString from
        = {}; ///< the service to begin with, which the page before had come to; empty: the first
    quint64 after = 0; ///< an id of that service: only younger ones
    int limit = 100; ///< 1 to 1000

    /// "service", "after", "next" and "limit" of \a query; anything else there is refused.
    [[nodiscard]] SEMPER_SERVER_EXPORT static std::variant<ConnectionQuery, CommandError> read(
        const QUrlQuery &query);
    friend bool operator==(const ConnectionQuery &, const ConnectionQuery &) = default;
};

/// What a page tells of the one after it: "SERVICE:ID", of its last connection.
inline constexpr QLatin1StringView nextPage("next");

/// {"connections": [...], "total", "more", "next"}, or why not.
using ConnectionPage = std::variant<QJsonObject, CommandError>;
/// Has \a done called with the page, once.
using ConnectionSource = std::function<void(
    const ConnectionQuery &query, std::function<void(const ConnectionPage &page)> done)>;

} // namespace semper
