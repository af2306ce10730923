// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpcstockmethods.h"

#include "boundary/supervision.h"
#include "protocol/keys.h"

#include <semper/service.h>

#include <QJsonArray>
#include <QJsonObject>

#include <variant>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qint64 mostConnections = 1000; ///< in one answer

RpcError asRpcError(const CommandError &error)
{
    const bool isOfCaller = error.code == "bad_selector"_L1 || error.code == "bad_parameter"_L1;
    return {isOfCaller ? RpcError::invalidParams : RpcError::commandRefused, error.detail,
        QJsonObject{{keys::code, error.code}}};
}

bool authenticate(const RpcCall &call)
{
    const QByteArray token = call.neededString(0, u"token"_s).toUtf8();
    if (!call.authenticate(token))
        throw RpcError(RpcError::authenticationNeeded, u"authentication failed"_s);
    return true;
}

/// All instances, or those that \a selector names: "name" or "name:instance".
QJsonArray processes(const Supervision &supervision, const QString &selector = {})
{
    QJsonArray array;
    const QString name = selector.section(u':', 0, 0);
    const auto found = selector.isEmpty() ? supervision.processes() : supervision.statusesOf(name);
    for (const ProcessStatus &status : found) {
        const QString one = u"%1:%2"_s.arg(status.name).arg(status.instance);
        if (selector.isEmpty() || selector == name || selector == one)
            array.append(status.toJson());
    }
    return array;
}

QJsonArray process(const Supervision &supervision, const RpcCall &call)
{
    const QString selector = call.neededString(0, keys::process);
    const QJsonArray found = selector.isEmpty() ? QJsonArray() : processes(supervision, selector);
    if (found.isEmpty())
        throw asRpcError(CommandError{.code = u"unknown_process"_s,
            .detail = u"there is no process named \"%1\""_s.arg(selector.left(80))});
    return found;
}

QJsonObject command(Supervision &supervision, CommandAction action, const RpcCall &call)
{
    const CommandResult result = supervision.command({.action = action,
        .selector = call.neededString(0, keys::process),
        .by = u"rpc "_s + call.peer()});
    if (const auto *error = std::get_if<CommandError>(&result))
        throw asRpcError(*error);
    return {{keys::event, std::get<qint64>(result)}};
}

qint64 wholeNumber(const QJsonValue &value, const QString &name, qint64 otherwise, qint64 greatest)
{
    if (value.isUndefined())
        return otherwise;
    const qint64 number = value.toInteger(-1);
    if (number < 0 || number > greatest)
        throw RpcError(RpcError::invalidParams, u"Invalid params"_s,
            u"\"%1\" must be a whole number from 0 to %2"_s.arg(name).arg(greatest));
    return number;
}

QJsonArray connections(const Service &service, const RpcCall &call)
{
    const qint64 after = wholeNumber(call.argument(0, u"after"_s), u"after"_s, 0, 1LL << 53);
    const qint64 limit
        = wholeNumber(call.argument(1, u"limit"_s), u"limit"_s, mostConnections, mostConnections);
    QJsonArray array;
    for (const Connection &connection :
        service.connections(static_cast<quint64>(after), static_cast<qsizetype>(limit)))
        array.append(connection.toJson());
    return array;
}

/// \a handler with the check that stock methods have, and the server that it asks.
template <typename Handler>
RpcHandler guarded(const std::function<Supervision *()> &supervision, Handler handler)
{
    return detail::rpcHandler([supervision, handler](const RpcCall &call) {
        call.requireToken();
        Supervision *server = supervision();
        if (!server)
            throw RpcError(RpcError::internalError, u"this service has no server around it"_s);
        return handler(*server, call);
    });
}

} // namespace

QList<std::pair<QString, RpcHandler>> rpcStockMethods(
    const Service &service, const std::function<Supervision *()> &supervision)
{
    const auto commanding = [&supervision](CommandAction action) {
        return guarded(supervision, [action](Supervision &server, const RpcCall &call) {
            return command(server, action, call);
        });
    };
    return {
        {u"session.authenticate"_s, detail::rpcHandler(&authenticate)},
        {u"processes.list"_s,
            guarded(supervision,
                [](Supervision &server, const RpcCall &) { return processes(server); })},
        {u"processes.get"_s,
            guarded(supervision,
                [](Supervision &server, const RpcCall &call) { return process(server, call); })},
        {u"processes.start"_s, commanding(CommandAction::Start)},
        {u"processes.stop"_s, commanding(CommandAction::Stop)},
        {u"processes.restart"_s, commanding(CommandAction::Restart)},
        {u"server.info"_s,
            guarded(supervision,
                [](Supervision &server, const RpcCall &) { return server.serverObject(); })},
        {u"connections.list"_s, detail::rpcHandler([&service](const RpcCall &call) {
             call.requireToken();
             return connections(service, call);
         })},
    };
}

} // namespace semper
