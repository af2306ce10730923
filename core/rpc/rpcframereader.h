// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "rpc/rpcmessage.h"

#include <semper/rpcframing.h>
#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <optional>
#include <variant>

namespace semper {

[[nodiscard]] SEMPER_CORE_EXPORT RpcDialect dialectOf(RpcFraming framing);

/// The bytes that send \a text, which is JSON on one line.
[[nodiscard]] SEMPER_CORE_EXPORT QByteArray framed(RpcFraming framing, const QByteArray &text);

/// Cuts a stream of bytes into messages. Holds what was appended, and never more than that.
class SEMPER_CORE_EXPORT RpcFrameReader
{
public:
    /// A message may have \a limit bytes, its frame not counted.
    RpcFrameReader(RpcFraming framing, qsizetype limit);

    [[nodiscard]] RpcFraming framing() const { return m_framing; }
    void setLimit(qsizetype limit) { m_limit = limit; }
    /// Adds what the socket had. Cheap; parses nothing.
    void append(const QByteArray &bytes);
    /// The next whole message, or why there can be none any more, or nothing until more comes.
    /// After an error it returns nothing for ever.
    [[nodiscard]] std::optional<std::variant<QByteArray, RpcError>> next();
    /// Bytes that no whole message was made of yet.
    [[nodiscard]] qsizetype pending() const { return m_buffer.size(); }
    /// Memory that it takes to keep them.
    [[nodiscard]] qsizetype heldBytes() const { return m_buffer.capacity(); }
    /// A message has begun, if only with its headers, and is not whole.
    [[nodiscard]] bool isMidMessage() const { return m_length || !m_buffer.isEmpty(); }
    /// No more will come: what is left, where that is how a message ends in this framing.
    [[nodiscard]] std::optional<QByteArray> rest();

private:
    using Next = std::optional<std::variant<QByteArray, RpcError>>;

    [[nodiscard]] Next nextUpTo(QByteArrayView separator);
    [[nodiscard]] Next nextCounted();
    [[nodiscard]] Next fail(const QString &why);
    [[nodiscard]] Next tooLong();
    void dropBlanks();
    void giveBackRoom();
    QByteArray take(qsizetype bytes, qsizetype separator);

    RpcFraming m_framing;
    qsizetype m_limit;
    QByteArray m_buffer;
    qsizetype m_scanned = 0; ///< no separator begins before this index
    std::optional<qsizetype> m_length; ///< of the message whose headers were read
    bool m_broken = false;
};

} // namespace semper
