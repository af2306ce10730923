// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "rpc/rpcmessage.h"

#include <semper/rpcerror.h>
#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QJsonValue>
#include <QList>

#include <variant>

namespace semper {

/// How a call ended: its result, or the error it is answered with.
using RpcOutcome = std::variant<QJsonValue, RpcError>;

struct RpcAnswer
{
    QByteArray id; ///< JSON text as it was sent; empty in Swoft's dialect
    RpcOutcome outcome;
    friend bool operator==(const RpcAnswer &, const RpcAnswer &) = default;
};

/// The text of an answer, on one line.
[[nodiscard]] SEMPER_CORE_EXPORT QByteArray toJsonText(
    const RpcAnswer &answer, RpcDialect dialect = RpcDialect::Standard);

/// The answers in \a text, which is what a client reads. Empty where it is none: no JSON, or
/// something else among it.
[[nodiscard]] SEMPER_CORE_EXPORT QList<RpcAnswer> readRpcAnswers(
    const QByteArray &text, RpcDialect dialect = RpcDialect::Standard, int maximumDepth = 64);

} // namespace semper
