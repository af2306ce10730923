// SPDX-License-Identifier: LGPL-3.0-or-later
#include "websocketqueue.h"

#include <utility>

namespace semper {

bool WebSocketQueue::append(
    const WebSocketClient::Message &message, qsizetype messages, qsizetype bytes)
{
    if (qsizetype(m_items.size()) >= messages || m_bytes + message.bytes.size() > bytes)
        return false;
    m_bytes += message.bytes.size();
    m_items.emplace_back(message);
    return true;
}

void WebSocketQueue::appendLoss(const WebSocketError &error)
{
    // Of several with nothing between them the newest is enough: the queue stays bounded.
    if (!m_items.empty() && std::holds_alternative<WebSocketError>(m_items.back()))
        m_items.pop_back();
    m_items.emplace_back(error);
}

void WebSocketQueue::forgetLosses()
{
    std::erase_if(
        m_items, [](const Item &item) { return std::holds_alternative<WebSocketError>(item); });
}

std::optional<WebSocketQueue::Item> WebSocketQueue::takeFirst()
{
    if (m_items.empty())
        return std::nullopt;
    Item item = std::move(m_items.front());
    m_items.pop_front();
    if (const auto *message = std::get_if<WebSocketClient::Message>(&item))
        m_bytes -= message->bytes.size();
    return item;
}

} // namespace semper
