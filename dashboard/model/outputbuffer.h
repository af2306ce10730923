// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <deque>

namespace semper::dashboard {

/// What stands in one line of a process's output.
struct OutputLine
{
    enum class Kind {
        Text, ///< written by the process
        Mark ///< ours: a restart, a loss
    };

    qint64 at = 0; ///< milliseconds since the epoch
    QByteArray text; ///< UTF-8, without control characters
    Kind kind = Kind::Text;
};

/// The newest lines of one process's output. Lines are known by a number that stays theirs when
/// old ones leave, so that a selection and the place where somebody reads survive.
class OutputBuffer
{
public:
    static constexpr qsizetype maximumLines = 10000;
    static constexpr qsizetype maximumLineLength = 4000;

    /// Cuts what is too long, drops colour codes, spreads tabs.
    void append(qint64 at, const QString &text, OutputLine::Kind kind, qsizetype maximumBytes);

    [[nodiscard]] qint64 firstNumber() const { return m_firstNumber; }
    /// One past the newest.
    [[nodiscard]] qint64 endNumber() const { return m_firstNumber + qint64(m_lines.size()); }
    [[nodiscard]] const OutputLine &line(qint64 number) const
    {
        return m_lines[size_t(number - m_firstNumber)];
    }
    /// Length of the longest line since the beginning, in characters.
    [[nodiscard]] qsizetype longest() const { return m_longest; }

private:
    std::deque<OutputLine> m_lines;
    qint64 m_firstNumber = 0;
    qsizetype m_bytes = 0;
    qsizetype m_longest = 0;
};

} // namespace semper::dashboard
