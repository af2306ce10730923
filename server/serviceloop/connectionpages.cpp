// SPDX-License-Identifier: GPL-3.0-or-later
#include "serviceloop/connectionpages.h"

#include "protocol/connectionkeys.h"

#include <semper/serverapplication.h>
#include <semper/service.h>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 largestPage = 1000; ///< of one answer to a process

/// A whole number from 0 to what a double holds exactly; nothing for anything else.
std::optional<qint64> countOf(const QJsonObject &params, QLatin1StringView key, qint64 absent)
{
    const QJsonValue value = params.value(key);
    if (value.isUndefined())
        return absent;
    const double number = value.toDouble(-1);
    if (number < 0 || number > 9e15 || number != std::floor(number))
        return std::nullopt;
    return qint64(number);
}

CommandError badParameter(QLatin1StringView key)
{
    return {.code = u"bad_parameter"_s, .detail = u"\"%1\" must be a whole number"_s.arg(key)};
}

ServiceSide::Items list(const Service &service, const QJsonObject &params)
{
    const auto after = countOf(params, keys::after, 0);
    const auto limit = countOf(params, keys::limit, largestPage);
    if (!after || !limit)
        return badParameter(after ? keys::limit : keys::after);
    QJsonArray items;
    for (const Connection &connection :
        service.connections(quint64(*after), std::min(*limit, largestPage)))
        items.append(connection.toJson());
    return items;
}

ServiceSide::Items close(Service &service, const QJsonObject &params)
{
    const auto id = countOf(params, keys::id, 0);
    if (!id)
        return badParameter(keys::id);
    return QJsonArray{service.closeConnection(quint64(*id))};
}

} // namespace

ServiceSide::Items ConnectionPages::answer(
    const QString &name, const QString &method, const QJsonObject &params) const
{
    Service *service = m_application.service(name);
    if (!service)
        return CommandError{.code = u"no_service"_s, .detail = u"this process has no service"_s};
    if (method == methods::connections)
        return list(*service, params);
    return close(*service, params);
}

ConnectionPage ConnectionPages::page(const ConnectionQuery &query) const
{
    if (!query.from.isEmpty() && !m_application.service(query.from))
        return CommandError{.code = u"unknown_service"_s,
            .detail = u"there is no service named \"%1\""_s.arg(query.from)};
    QJsonArray items;
    qsizetype total = 0;
    QString last;
    bool hasBegun = query.from.isEmpty();
    bool more = false;
    for (const auto &service : m_application.services()) {
        if (!query.service.isEmpty() && service->name() != query.service)
            continue;
        total += service->connectionCount();
        const bool isFirst = service->name() == query.from;
        hasBegun = hasBegun || isFirst;
        if (!hasBegun)
            continue;
        const qsizetype room = query.limit - items.size();
        const QList<Connection> connections
            = service->connections(isFirst ? query.after : 0, room + 1);
        more = more || connections.size() > room;
        for (const Connection &connection : connections.first(std::min(room, connections.size()))) {
            QJsonObject item = connection.toJson();
            item.insert(keys::service, service->name());
            items.append(item);
            last = u"%1:%2"_s.arg(service->name()).arg(connection.id);
        }
    }
    QJsonObject page{{keys::connections, items}, {keys::total, total}, {keys::more, more}};
    if (more)
        page.insert(nextPage, last);
    return page;
}

} // namespace semper
