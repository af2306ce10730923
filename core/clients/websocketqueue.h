// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/websocketclient.h>
#include <semper/websocketerror.h>

#include <deque>
#include <optional>
#include <variant>

namespace semper {

/// What arrived on a WebSocketClient and nobody received yet: messages, oldest first, and between
/// them that a connection was lost.
class WebSocketQueue
{
public:
    using Item = std::variant<WebSocketClient::Message, WebSocketError>;

    /// Takes \a message, if it is one of at most \a messages, which together have \a bytes.
    [[nodiscard]] bool append(
        const WebSocketClient::Message &message, qsizetype messages, qsizetype bytes);
    void appendLoss(const WebSocketError &error);
    void forgetLosses();
    /// The oldest one, if there is any.
    [[nodiscard]] std::optional<Item> takeFirst();

private:
    std::deque<Item> m_items;
    qsizetype m_bytes = 0;
};

} // namespace semper
