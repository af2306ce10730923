// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "services/peers/closing.h"

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QString>

#include <optional>
#include <variant>

namespace semper {

/// Whether a close frame may say \a code: others are reserved, or nobody's.
[[nodiscard]] SEMPER_SERVER_EXPORT bool isSendableCloseCode(quint16 code);

/// Reads what a WebSocket client sends before QtWebSockets does, and hands on whole messages and
/// control frames, each as one frame. So QtWebSockets never waits for the rest of anything, never
/// joins fragments (6.4 refuses text whose characters lie across two), and never sees what it would
/// let pass: a frame without a mask, or one that no limit allows. What is in the frames, it checks.
class SEMPER_SERVER_EXPORT WebSocketFrames
{
public:
    /// A message may have \a limit bytes, all its fragments together.
    explicit WebSocketFrames(qint64 limit);

    void setLimit(qint64 limit) { m_limit = limit; }
    void append(const QByteArray &bytes);
    /// The next whole message, or control frame, as a client's frame; or what is wrong, after which
    /// nothing more comes. Nothing until more is appended.
    [[nodiscard]] std::optional<std::variant<QByteArray, WebSocketFault>> next();

    /// Whether \a frame, of next(), is a close frame.
    [[nodiscard]] static bool isClose(const QByteArray &frame);

    [[nodiscard]] qsizetype heldBytes() const { return m_input.size() + m_message.size(); }
    /// A message or frame has begun to come. Only after next() has returned nothing.
    [[nodiscard]] bool hasBegun() const
    {
        return (m_fragmented || !m_input.isEmpty()) && !m_broken;
    }

private:
    struct Header
    {
        bool final = false;
        int opcode = 0;
        qsizetype headerBytes = 0;
        qint64 payloadBytes = 0;
    };

    [[nodiscard]] std::optional<std::variant<Header, WebSocketFault>> readHeader() const;
    [[nodiscard]] std::optional<WebSocketFault> check(const Header &header) const;
    void appendFragment(const Header &header);
    [[nodiscard]] QByteArray joined();

    qint64 m_limit;
    QByteArray m_input; ///< not handed on yet, from the start of a frame
    QByteArray m_message; ///< the fragments so far, without their masks
    int m_opcode = 0; ///< of those
    bool m_fragmented = false;
    bool m_broken = false;
};

} // namespace semper
