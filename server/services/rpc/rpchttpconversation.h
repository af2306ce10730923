// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/chunkedbody.h"
#include "http/httplimits.h"
#include "http/problem.h"
#include "http/requesthead.h"
#include "services/rpc/rpcconversation.h"

#include <semper/listenaddress.h>

#include <optional>

namespace semper {

/// Messages as the bodies of HTTP POST requests, to any path, answered one after another. Requests
/// are read as strictly as HttpGuard reads them.
class RpcHttpConversation : public RpcConversation,
                            public std::enable_shared_from_this<RpcHttpConversation>
{
public:
    /// Of pages only those are heard that name a host of \a listener.
    RpcHttpConversation(
        std::shared_ptr<RpcSession> session, ListenAddress listener, qint64 maximumMessageBytes);

    void setMaximumMessageBytes(qint64 bytes) override { m_limits.maximumBodyBytes = bytes; }
    void append(const QByteArray &bytes) override { m_input += bytes; }
    [[nodiscard]] bool step() override;
    [[nodiscard]] bool wantsMore() const override { return !isOver() && !m_isAnswering; }
    [[nodiscard]] qint64 heldBytes() const override
    {
        return m_input.capacity() + (m_chunks ? m_chunks->bytes().capacity() : 0);
    }
    [[nodiscard]] bool isMidMessage() const override;
    void giveUp() override;

private:
    [[nodiscard]] bool takeHead();
    [[nodiscard]] std::optional<QByteArray> takeBody();
    void giveBackRoom();
    [[nodiscard]] std::optional<Problem> faultOf(const RequestHead &head) const;
    void perform(const QByteArray &body);
    void answer(const RpcSession::Answer &answer);
    void refuse(const Problem &problem);

    HttpLimits m_limits;
    ListenAddress m_listener;
    QByteArray m_input;
    std::optional<RequestHead> m_head; ///< of the request whose body is awaited, or answered
    std::optional<ChunkedBody> m_chunks; ///< that body, where it comes in chunks
    bool m_isAnswering = false;
};

} // namespace semper
