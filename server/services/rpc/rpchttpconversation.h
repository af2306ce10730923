// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/requestreader.h"
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
    void append(const QByteArray &bytes) override { m_reader.append(bytes); }
    [[nodiscard]] bool step() override;
    [[nodiscard]] bool wantsMore() const override { return !isOver() && !m_isAnswering; }
    [[nodiscard]] qint64 heldBytes() const override { return m_reader.heldBytes(); }
    [[nodiscard]] bool isMidMessage() const override;
    void giveUp() override;

private:
    [[nodiscard]] bool takeHead();
    [[nodiscard]] std::optional<Problem> faultOf(const RequestHead &head) const;
    void perform(const QByteArray &body);
    void answer(const RpcSession::Answer &answer);
    void refuse(const Problem &problem);

    HttpLimits m_limits;
    ListenAddress m_listener;
    RequestReader m_reader{m_limits};
    bool m_isAnswering = false;
};

} // namespace semper
