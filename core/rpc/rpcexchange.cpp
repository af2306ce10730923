// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rpc/rpcexchange.h"

#include <utility>

namespace semper {

RpcExchange::RpcExchange(RpcMessage message, RpcDialect dialect)
    : m_message(std::move(message))
    , m_dialect(dialect)
{
    for (const auto &entry : std::as_const(m_message.entries)) {
        const auto *invalid = std::get_if<RpcInvalid>(&entry);
        m_texts.append(
            invalid ? toJsonText(RpcAnswer{invalid->id, invalid->error}, m_dialect) : QByteArray());
        m_open += invalid ? 0 : 1;
    }
}

void RpcExchange::end(qsizetype place, const RpcOutcome &outcome)
{
    --m_open;
    const RpcRequest &request = std::get<RpcRequest>(m_message.entries.at(place));
    if (!request.isNotification())
        m_texts[place] = toJsonText(RpcAnswer{request.id, outcome}, m_dialect);
}

QByteArray RpcExchange::answer() const
{
    QByteArray all;
    for (const QByteArray &text : m_texts) {
        if (!text.isEmpty() && !all.isEmpty())
            all += ',';
        all += text;
    }
    return m_message.isBatch && !all.isEmpty() ? '[' + all + ']' : all;
}

} // namespace semper
