// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QByteArrayView>
#include <QStringList>

namespace semper {

/// The end of what one launch has printed, for those who ask why it died. Costs a copy of a few
/// kilobytes for each reading, however many lines that has.
class SEMPER_SERVER_EXPORT OutputTail
{
public:
    static constexpr qsizetype mostLines = 10;
    static constexpr qsizetype mostBytesOfLine = 400;

    void add(QByteArrayView bytes);
    [[nodiscard]] bool isEmpty() const { return m_bytes.isEmpty(); }
    /// The last lines, oldest first and without empty ones. A line that is too long is cut.
    [[nodiscard]] QStringList lines() const;

private:
    static constexpr qsizetype mostBytes = mostLines * (mostBytesOfLine + 1);

    QByteArray m_bytes; ///< up to twice the most that is looked at
    bool m_isCut = false; ///< the first line of these has lost its beginning
};

} // namespace semper
