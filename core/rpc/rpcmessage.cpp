// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rpc/rpcmessage.h"

#include "rpc/jsontext.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

#include <optional>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// Nothing but what the specification's own examples have, and what they do not cover: \a why.
RpcError invalid(const QString &why = {})
{
    return {RpcError::invalidRequest, u"Invalid Request"_s,
        why.isEmpty() ? QJsonValue(QJsonValue::Undefined) : QJsonValue(why)};
}

RpcError unreadable(const QString &why = {})
{
    return {RpcError::parseError, u"Parse error"_s,
        why.isEmpty() ? QJsonValue(QJsonValue::Undefined) : QJsonValue(why)};
}

/// The id as text; nothing where it is no string, number or null.
std::optional<QByteArray> readId(QByteArrayView text, const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null:
        return "null"_ba;
    case QJsonValue::Double:
        return text.toByteArray();
    case QJsonValue::String:
        return toJsonText(value);
    default:
        return std::nullopt;
    }
}

/// What is wrong with the members of a call, its id apart.
std::optional<RpcError> faultOf(const QJsonObject &object, RpcDialect dialect)
{
    if (object.value("jsonrpc"_L1) != "2.0"_L1 || object.value("method"_L1).toString().isEmpty())
        return invalid();
    const QJsonValue params = object.value("params"_L1);
    if (!params.isUndefined() && !params.isArray() && !params.isObject())
        return invalid();
    if (dialect == RpcDialect::Standard)
        return std::nullopt;
    const QJsonValue ext = object.value("ext"_L1); // empty it comes as a list, from PHP
    if (!ext.isUndefined() && !ext.isNull() && !ext.isObject()
        && !(ext.isArray() && ext.toArray().isEmpty()))
        return invalid(u"\"ext\" must be an object"_s);
    return std::nullopt;
}

std::variant<RpcRequest, RpcInvalid> readEntry(
    const QJsonValue &value, QByteArrayView text, RpcDialect dialect)
{
    if (!value.isObject())
        return RpcInvalid{"null"_ba, invalid()};
    const QJsonObject object = value.toObject();
    QByteArray id;
    QSet<QString> seen;
    for (const JsonSlice &slice : jsonSlices(text)) {
        // Of two values one would count here and the other for whoever passed the call on.
        if (seen.contains(slice.key))
            return RpcInvalid{"null"_ba, invalid(u"a key stands there twice"_s)};
        seen.insert(slice.key);
        if (slice.key != "id"_L1)
            continue;
        const auto read = readId(slice.text, object.value("id"_L1));
        if (!read)
            return RpcInvalid{"null"_ba, invalid(u"\"id\" must be a string, number or null"_s)};
        if (object.value("id"_L1).isDouble() && !isJsonNumber(*read))
            return RpcInvalid{"null"_ba, unreadable(u"illegal number"_s)};
        id = *read;
    }
    if (dialect == RpcDialect::Swoft)
        id = "\"\""_ba; // whatever it is, the one call in flight is answered without
    if (const auto fault = faultOf(object, dialect))
        return RpcInvalid{id.isEmpty() ? "null"_ba : id, *fault};
    return RpcRequest{.id = id,
        .method = object.value("method"_L1).toString(),
        .params = object.value("params"_L1),
        .ext = object.value("ext"_L1).toObject()};
}

RpcMessage onlyInvalid(const RpcError &error)
{
    return {.isBatch = false, .entries = {RpcInvalid{"null"_ba, error}}};
}

RpcMessage readBatch(const QJsonArray &calls, QByteArrayView text, const RpcLimits &limits)
{
    if (calls.isEmpty())
        return onlyInvalid(invalid());
    if (calls.size() > limits.maximumBatch)
        return onlyInvalid(invalid(u"a batch may have %1 calls"_s.arg(limits.maximumBatch)));
    RpcMessage message{.isBatch = true};
    const QList<JsonSlice> slices = jsonSlices(text);
    for (qsizetype i = 0; i < calls.size(); ++i)
        message.entries.append(readEntry(calls.at(i), slices.value(i).text, RpcDialect::Standard));
    return message;
}

} // namespace

RpcMessage readRpcMessage(const QByteArray &text, RpcDialect dialect, const RpcLimits &limits)
{
    if (nestsDeeperThan(text, limits.maximumDepth))
        return onlyInvalid(unreadable(u"nested deeper than %1"_s.arg(limits.maximumDepth)));
    QJsonParseError fault{};
    const QJsonDocument document = QJsonDocument::fromJson(text, &fault);
    if (fault.error != QJsonParseError::NoError) {
        // A document of QJsonDocument's is an object or array; any other JSON is no call.
        if (!fromJsonText(text).isUndefined())
            return onlyInvalid(invalid());
        return onlyInvalid(unreadable());
    }
    if (document.isArray() && dialect == RpcDialect::Standard)
        return readBatch(document.array(), text, limits);
    if (document.isArray())
        return onlyInvalid(invalid());
    return {.isBatch = false, .entries = {readEntry(document.object(), text, dialect)}};
}

QByteArray toJsonText(const RpcRequest &request, RpcDialect dialect)
{
    QByteArray text = R"({"jsonrpc":"2.0","method":)" + toJsonText(QJsonValue(request.method));
    if (!request.params.isUndefined())
        text += ",\"params\":" + toJsonText(request.params);
    else if (dialect == RpcDialect::Swoft)
        text += ",\"params\":[]";
    if (dialect == RpcDialect::Swoft)
        text += ",\"id\":\"\",\"ext\":"
            + (request.ext.isEmpty() ? "[]"_ba : toJsonText(QJsonValue(request.ext)));
    else if (!request.isNotification())
        text += ",\"id\":" + request.id;
    return text + '}';
}

} // namespace semper
