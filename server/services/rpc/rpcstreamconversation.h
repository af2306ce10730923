// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rpc/rpcframereader.h"
#include "services/rpc/rpcconversation.h"

namespace semper {

/// Messages in a stream of bytes. Answers go as they come; in Swoft's framing, which has no ids, a
/// call waits for the one before.
class RpcStreamConversation : public RpcConversation,
                              public std::enable_shared_from_this<RpcStreamConversation>
{
public:
    RpcStreamConversation(
        std::shared_ptr<RpcSession> session, RpcFraming framing, qsizetype maximumMessageBytes);

    void setMaximumMessageBytes(qint64 bytes) override { m_reader.setLimit(bytes); }
    void append(const QByteArray &bytes) override { m_reader.append(bytes); }
    [[nodiscard]] bool step() override;
    [[nodiscard]] bool wantsMore() const override { return !isOver() && !isFull(); }
    void finish() override;
    [[nodiscard]] qint64 heldBytes() const override { return m_reader.heldBytes(); }
    [[nodiscard]] bool isMidMessage() const override;
    void giveUp() override;

private:
    [[nodiscard]] bool isFull() const;
    [[nodiscard]] bool isForeign(const QByteArray &text);
    void perform(const QByteArray &text);
    void refuse(const RpcError &error);

    RpcFrameReader m_reader;
    bool m_isFirst = true; ///< no message has come
};

} // namespace semper
