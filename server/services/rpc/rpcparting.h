// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/heldbytes.h"
#include "services/rpc/rpcconversation.h"
#include "services/rpc/socketoutput.h"
#include "turns/turntaker.h"

#include <QObject>

#include <memory>

namespace semper {

/// A client that has closed its side and still waits for answers: they are sent, then it is let go,
/// after 30 s at the latest. Deletes itself.
class RpcParting : public QObject
{
    Q_OBJECT
public:
    struct Terms
    {
        qint64 maximumBytes = 0; ///< more unsent end it
        bool isTrusted = false; ///< see HeldBytes
    };

    /// \a output outlives its socket.
    RpcParting(std::shared_ptr<RpcConversation> conversation, std::unique_ptr<SocketOutput> output,
        const Terms &terms, std::shared_ptr<TurnLine> line, QObject *parent);
    ~RpcParting() override;

private:
    [[nodiscard]] bool doPiece();
    [[nodiscard]] bool goOn();
    [[nodiscard]] qint64 heldBytes() const;

    std::shared_ptr<RpcConversation> m_conversation;
    std::unique_ptr<SocketOutput> m_output;
    HeldBytes m_held;
    TurnTaker m_turn;
    bool m_finished = false;
};

} // namespace semper
