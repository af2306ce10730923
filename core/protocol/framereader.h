// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include "protocol/frame.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

#include <optional>
#include <variant>

namespace semper {

/// What a peer did wrong. After it the stream cannot be trusted any more: answer and close.
struct FrameError
{
    QString code; ///< "frame_too_long" or "bad_frame"
    QString detail;
    friend bool operator==(const FrameError &, const FrameError &) = default;
};

/// Cuts a stream of bytes into frames. Holds at most one frame of \a limit bytes.
class SEMPER_CORE_EXPORT FrameReader
{
public:
    explicit FrameReader(qsizetype limit = maximumFrameBytes)
        : m_limit(limit)
    { }

    /// Adds what the socket had. Cheap; parses nothing.
    void append(const QByteArray &bytes);

    /// The next whole frame, an error, or nothing until more bytes come. Blank lines are skipped.
    /// After an error it returns nothing for ever.
    [[nodiscard]] std::optional<std::variant<QJsonObject, FrameError>> next();

private:
    qsizetype m_limit;
    QByteArray m_buffer;
    qsizetype m_scanned = 0; ///< no newline before this index
    bool m_broken = false;
};

} // namespace semper
