// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/outputbuffer.h"

#include <algorithm>

namespace semper::dashboard {

namespace {

constexpr qsizetype tabWidth = 8;
constexpr qsizetype bytesPerLine = 64; // of a line beside its text

/// The index after the escape sequence that starts at \a index: CSI up to its final letter,
/// OSC up to its terminator, else the one character that follows.
qsizetype skipEscape(const QString &text, qsizetype index)
{
    const auto at = [&text](qsizetype i) { return i < text.size() ? text.at(i) : QChar(); };
    ++index;
    if (at(index) == u'[') {
        for (++index; index < text.size(); ++index)
            if (text.at(index) >= u'@' && text.at(index) <= u'~')
                return index + 1;
        return index;
    }
    if (at(index) == u']') {
        for (++index; index < text.size(); ++index) {
            if (text.at(index) == u'\a')
                return index + 1;
            if (text.at(index) == u'\x1b')
                return index + 2;
        }
        return index;
    }
    return index + 1;
}

QString cleaned(const QString &text)
{
    QString clean;
    clean.reserve(text.size());
    for (qsizetype i = 0; i < text.size() && clean.size() < OutputBuffer::maximumLineLength;) {
        const QChar c = text.at(i);
        if (c == u'\x1b') {
            i = skipEscape(text, i);
            continue;
        }
        if (c == u'\t')
            clean.append(QString(tabWidth - clean.size() % tabWidth, u' '));
        else if (c >= u' ' && c != u'\x7f')
            clean.append(c);
        ++i;
    }
    if (clean.size() >= OutputBuffer::maximumLineLength)
        clean.append(u'…');
    return clean;
}

} // namespace

void OutputBuffer::append(
    qint64 at, const QString &text, OutputLine::Kind kind, qsizetype maximumBytes)
{
    const QString clean = cleaned(text);
    m_longest = std::max(m_longest, clean.size());
    m_lines.push_back({at, clean.toUtf8(), kind});
    m_bytes += m_lines.back().text.size() + bytesPerLine;
    while (m_lines.size() > 1
        && (m_bytes > maximumBytes || qsizetype(m_lines.size()) > maximumLines)) {
        m_bytes -= m_lines.front().text.size() + bytesPerLine;
        m_lines.pop_front();
        ++m_firstNumber;
    }
}

} // namespace semper::dashboard
