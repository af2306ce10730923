// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/peer.h>
#include <semper/task.h>

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace semper {

/// Handles one message. It is over when the task is.
using PeerHandler = std::function<QCoro::Task<>(Peer peer, Message message)>;
/// Hears that a client has come, or gone.
using PeerListener = std::function<void(const Peer &peer)>;

namespace detail {

inline const QByteArray &contentOf(const Message &message, const QByteArray *)
{
    return message.bytes;
}
inline const Message &contentOf(const Message &message, const Message *)
{
    return message;
}

/// Keeps the handler, and what it was called with, for as long as it is not done.
template <typename Content, typename Handler>
QCoro::Task<> invokeHandler(std::shared_ptr<Handler> handler, Peer peer, Message message)
{
    using Result = std::invoke_result_t<Handler &, const Peer &, const Content &>;
    const Content &content = contentOf(message, static_cast<const Content *>(nullptr));
    if constexpr (std::is_void_v<Result>) {
        std::invoke(*handler, std::as_const(peer), content);
        co_return;
    } else {
        static_assert(std::same_as<Result, QCoro::Task<>>,
            "a handler of messages returns nothing, or a QCoro::Task<>");
        const Result task = std::invoke(*handler, std::as_const(peer), content);
        co_await task;
    }
}

/// Any function or coroutine of (const Peer &, const Content &) as a PeerHandler.
template <typename Content, typename Handler>
PeerHandler peerHandler(Handler handler)
{
    auto shared = std::make_shared<Handler>(std::move(handler));
    return [shared = std::move(shared)](Peer peer, Message message) {
        return invokeHandler<Content>(shared, std::move(peer), std::move(message));
    };
}

} // namespace detail

} // namespace semper
