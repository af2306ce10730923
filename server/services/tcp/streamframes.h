// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QString>

#include <optional>
#include <variant>

namespace semper {

/// How a byte stream is cut into frames.
enum class StreamFraming {
    Newline, ///< a frame is a line; CR LF ends one too
    Length, ///< four bytes, big-endian, tell how many bytes of the frame follow
    Raw, ///< not at all: a frame is what happened to arrive together
};

/// By the configuration's words "newline", "length" and "raw"; empty is "newline".
[[nodiscard]] SEMPER_SERVER_EXPORT std::optional<StreamFraming> streamFramingFromString(
    const QString &word);

/// A frame is larger than allowed. The stream cannot be followed any further.
struct FrameTooLong
{ };

/// Cuts a byte stream into frames. Holds one frame of \a limit bytes at most, and what was appended
/// together with it.
class SEMPER_SERVER_EXPORT StreamFrames
{
public:
    StreamFrames(StreamFraming framing, qint64 limit);

    void setLimit(qint64 limit) { m_limit = limit; }
    void append(const QByteArray &bytes);
    /// The next whole frame without what frames it, or nothing until more comes. After
    /// FrameTooLong, which comes as soon as it is known, nothing for ever.
    [[nodiscard]] std::optional<std::variant<QByteArray, FrameTooLong>> next();

    [[nodiscard]] qsizetype heldBytes() const { return m_buffer.size(); }
    /// A frame has begun to come. Only after next() has returned nothing.
    [[nodiscard]] bool hasBegun() const { return waiting() > 0 && !m_broken; }

    /// \a frame as it goes over the wire; nothing where it cannot: a line break within a line,
    /// more than 4 GiB.
    [[nodiscard]] static std::optional<QByteArray> encode(
        StreamFraming framing, const QByteArray &frame);

private:
    [[nodiscard]] qsizetype waiting() const { return m_buffer.size() - m_start; }
    [[nodiscard]] std::optional<std::variant<QByteArray, FrameTooLong>> nextLine();
    [[nodiscard]] std::optional<std::variant<QByteArray, FrameTooLong>> nextCounted();
    [[nodiscard]] QByteArray take(qsizetype size, qsizetype end);
    [[nodiscard]] FrameTooLong breakOff();

    StreamFraming m_framing;
    qint64 m_limit;
    QByteArray m_buffer;
    qsizetype m_start = 0; ///< of what is not handed out yet
    qsizetype m_scanned = 0; ///< no line break between m_start and here
    bool m_broken = false;
};

} // namespace semper
