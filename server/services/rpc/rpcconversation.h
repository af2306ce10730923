// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "services/rpc/rpcsession.h"

#include <QByteArray>

#include <functional>
#include <memory>
#include <utility>

namespace semper {

/// How one client and the server speak: what it sends becomes calls, and their answers become what
/// it is sent. Knows no sockets.
class RpcConversation
{
public:
    using Write = std::function<void(const QByteArray &bytes)>;

    explicit RpcConversation(std::shared_ptr<RpcSession> session)
        : m_session(std::move(session))
    { }
    virtual ~RpcConversation() = default;
    Q_DISABLE_COPY_MOVE(RpcConversation)

    /// Where answers go from now on.
    void setWrite(Write write) { m_write = std::move(write); }
    [[nodiscard]] RpcSession &session() const { return *m_session; }

    /// Of a message, its frame not counted; for those that are not whole yet.
    virtual void setMaximumMessageBytes(qint64 bytes) = 0;
    virtual void append(const QByteArray &bytes) = 0;
    /// Takes one message of what was appended, if a whole one is there and it may be taken now.
    [[nodiscard]] virtual bool step() = 0;
    /// What is appended now would be looked at now; otherwise calls have to end first.
    [[nodiscard]] virtual bool wantsMore() const = 0;
    /// No more will come. Takes what is left, where that makes a message.
    virtual void finish() { }
    /// What is kept of what was appended, and no message was made of yet.
    [[nodiscard]] virtual qint64 heldBytes() const = 0;
    /// A message has begun and is not whole.
    [[nodiscard]] virtual bool isMidMessage() const = 0;
    /// It took too long to become whole: says so, and is over.
    virtual void giveUp() = 0;
    /// Nothing more is taken from the client, and nothing more said once what is written is sent.
    [[nodiscard]] bool isOver() const { return m_isOver; }

protected:
    void write(const QByteArray &bytes) const
    {
        if (m_write)
            m_write(bytes);
    }
    void setOver() { m_isOver = true; }

private:
    std::shared_ptr<RpcSession> m_session;
    Write m_write;
    bool m_isOver = false;
};

} // namespace semper
