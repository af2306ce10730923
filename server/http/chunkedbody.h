// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/problem.h"

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace semper {

/// A body that comes in chunks (RFC 9112, 7.1), put together piece by piece. Extensions of chunks
/// and trailers are checked and dropped, as a recipient may that has no use for them.
class SEMPER_SERVER_EXPORT ChunkedBody
{
public:
    /// A body may have \a maximumBytes, and its trailers \a maximumTrailerBytes.
    ChunkedBody(qint64 maximumBytes, qsizetype maximumTrailerBytes);

    /// Takes what belongs to the body from the start of \a input. The problem's status is 400, 413
    /// or 431; then there is nothing more to be had from this connection.
    [[nodiscard]] std::optional<Problem> take(QByteArray &input);
    [[nodiscard]] bool isWhole() const { return m_part == Part::End; }
    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }

private:
    enum class Part { Size, Data, DataEnd, Trailers, End };

    [[nodiscard]] std::optional<Problem> takeLine(QByteArrayView line);
    [[nodiscard]] std::optional<Problem> takeSize(QByteArrayView line);
    [[nodiscard]] qsizetype takeData(QByteArrayView input);

    qint64 m_maximumBytes;
    qsizetype m_maximumTrailerBytes;
    QByteArray m_bytes;
    Part m_part = Part::Size;
    qint64 m_left = 0; ///< of the chunk that comes
    qsizetype m_extra = 0; ///< bytes of extensions since the last data, or of trailers
};

} // namespace semper
