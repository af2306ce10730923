// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/rpcerror.h>
#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QList>
#include <QString>

#include <variant>

namespace semper {

/// A call as JSON-RPC 2.0 says it.
struct RpcRequest
{
    /// JSON text, as it was sent: a number keeps all its digits. Empty for a notification.
    QByteArray id = {};
    QString method = {};
    QJsonValue params = QJsonValue(QJsonValue::Undefined); ///< an array, an object, or undefined
    QJsonObject ext = {}; ///< of Swoft's framing: "token" and what else goes along with a call

    [[nodiscard]] bool isNotification() const { return id.isEmpty(); }
    friend bool operator==(const RpcRequest &, const RpcRequest &) = default;
};

/// What was sent in place of a call, and is answered all the same.
struct RpcInvalid
{
    QByteArray id; ///< "null" where none could be made out
    RpcError error;
    friend bool operator==(const RpcInvalid &, const RpcInvalid &) = default;
};

/// What is read and answered at once: one call, or a batch of them.
struct RpcMessage
{
    bool isBatch = false;
    QList<std::variant<RpcRequest, RpcInvalid>> entries = {};
    friend bool operator==(const RpcMessage &, const RpcMessage &) = default;
};

/// What a peer may send.
struct RpcLimits
{
    int maximumDepth = 64; ///< of objects and arrays in each other
    qsizetype maximumBatch = 128; ///< calls in one batch
};

/// How calls and answers look inside their frames.
enum class RpcDialect {
    Standard, ///< JSON-RPC 2.0
    Swoft, ///< no batches, no ids, every call is answered; an error always has "data"
};

/// Reads \a text strictly. Whatever it is, the message has at least one entry: one that cannot be
/// read at all has an RpcInvalid.
[[nodiscard]] SEMPER_CORE_EXPORT RpcMessage readRpcMessage(const QByteArray &text,
    RpcDialect dialect = RpcDialect::Standard, const RpcLimits &limits = {});

/// The text of a call, on one line. An undefined \a params is left out, and so is an empty id.
[[nodiscard]] SEMPER_CORE_EXPORT QByteArray toJsonText(
    const RpcRequest &request, RpcDialect dialect = RpcDialect::Standard);

} // namespace semper
