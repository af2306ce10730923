// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/httpanswer.h"

#include <QRegularExpression>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumStatusLineBytes = 1024;
constexpr qsizetype maximumHeadBytes = 64 * 1024;
constexpr qsizetype maximumBodyBytes = 1024 * 1024;
constexpr qsizetype maximumLengthDigits = 15; // far beyond any body, and within 64 bits
constexpr int switchingProtocols = 101; // which nobody asked for, and after which no HTTP comes

/// The number that \a text is; -1 if it is none.
qint64 numberFrom(const QByteArray &text)
{
    const bool isNumber = !text.isEmpty() && text.size() <= maximumLengthDigits
        && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return isNumber ? text.toLongLong() : -1;
}

QString tooLarge()
{
    return u"answered with a head of more than %1 bytes"_s.arg(maximumHeadBytes);
}

/// Of a body of any length: where it is cut off is not the chunks' to say.
ChunkedBody anyChunks()
{
    return {std::numeric_limits<qint64>::max(), maximumHeadBytes};
}

} // namespace

// Source: RFC 9112, 4, status line. Servers that leave out the space before an empty reason are
// many; RFC 9110, 15, says that the first digit alone tells the class.
int httpStatus(const QByteArray &line)
{
    static const QRegularExpression form(
        u"^HTTP/1\\.[0-9] ([1-5][0-9]{2})( [\\t\\x20-\\x7e\\x80-\\xff]*)?\\r?\\n\\z"_s);
    return form.match(QString::fromLatin1(line)).captured(1).toInt();
}

HttpAnswer::HttpAnswer()
    : m_chunks(anyChunks())
{ }

void HttpAnswer::take(const QByteArray &bytes)
{
    if (m_state == State::Whole || m_state == State::Broken)
        return;
    m_rest += bytes;
    while (goOn()) { }
}

void HttpAnswer::end()
{
    if (m_state == State::Body && m_part == Part::Rest)
        m_state = State::Whole;
}

/// One step; false where the next has to wait, or none comes.
bool HttpAnswer::goOn()
{
    QByteArray line;
    switch (m_part) {
    case Part::StatusLine:
        if (!takeLine(line))
            return false;
        takeStatusLine(line);
        break;
    case Part::Fields:
        if (!takeLine(line))
            return false;
        takeField(line);
        break;
    case Part::Counted:
        takeBody(std::min<qint64>(m_length - m_body.size(), m_rest.size()));
        if (m_body.size() == m_length)
            m_state = State::Whole;
        return false;
    case Part::Chunks:
        takeChunks();
        return false;
    case Part::Rest:
        takeBody(m_rest.size());
        return false;
    }
    return m_state == State::Head || m_state == State::Body;
}

/// The next line with its end. False where it has not come yet, or never will.
bool HttpAnswer::takeLine(QByteArray &line)
{
    const qsizetype newline = m_rest.indexOf('\n');
    const qsizetype size = newline < 0 ? m_rest.size() : newline + 1;
    if (m_part == Part::StatusLine && size > maximumStatusLineBytes) {
        breakOff(u"what came is not HTTP"_s);
        return false;
    }
    if (m_headBytes + size > maximumHeadBytes) {
        breakOff(tooLarge());
        return false;
    }
    if (newline < 0)
        return false;
    line = m_rest.first(size);
    m_rest.remove(0, size);
    m_headBytes += size;
    return true;
}

void HttpAnswer::takeStatusLine(const QByteArray &line)
{
    m_status = httpStatus(line);
    if (m_status == 0)
        return breakOff(u"what came is not HTTP"_s);
    m_length = -1;
    m_chunked = false;
    m_coded = false;
    m_part = Part::Fields;
}

void HttpAnswer::takeField(const QByteArray &line)
{
    if (line.trimmed().isEmpty())
        return endHead();
    const qsizetype colon = line.indexOf(':');
    const QByteArray name = line.first(std::max<qsizetype>(colon, 0)).toLower();
    const QByteArray value = line.sliced(colon + 1).trimmed();
    if (name == "transfer-encoding") {
        m_coded = true;
        m_chunked = value.toLower().split(',').last().trimmed() == "chunked";
    } else if (name == "content-length") {
        // The same several times is one: RFC 9110, 8.6.
        for (const QByteArray &each : value.split(',')) {
            const qint64 length = numberFrom(each.trimmed());
            if (length < 0 || (m_length >= 0 && m_length != length))
                return breakOff(u"answered with a Content-Length that is none"_s);
            m_length = length;
        }
    }
}

void HttpAnswer::endHead()
{
    if (m_status < 200 && m_status != switchingProtocols) {
        m_status = 0;
        m_part = Part::StatusLine;
        return;
    }
    m_state = State::Body;
    const bool hasNone = m_status == switchingProtocols || m_status == 204 || m_status == 304;
    if (hasNone || (!m_coded && m_length == 0)) {
        m_state = State::Whole;
    } else if (m_coded) {
        m_part = m_chunked ? Part::Chunks : Part::Rest;
    } else if (m_length > 0) {
        m_part = Part::Counted;
    } else {
        m_part = Part::Rest;
    }
}

void HttpAnswer::takeChunks()
{
    const auto problem = m_chunks.take(m_rest);
    m_body = m_chunks.bytes();
    if (m_chunks.isWhole())
        m_state = State::Whole;
    cutOff();
    if (problem && m_state == State::Body)
        breakOff(problem->status == 431 ? tooLarge() : u"what came is not HTTP"_s);
}

void HttpAnswer::takeBody(qint64 size)
{
    m_body += m_rest.first(size);
    m_rest.remove(0, size);
    cutOff();
}

void HttpAnswer::cutOff()
{
    if (m_body.size() < maximumBodyBytes)
        return;
    m_body.truncate(maximumBodyBytes);
    m_state = State::Whole;
}

void HttpAnswer::breakOff(const QString &fault)
{
    m_fault = fault;
    m_state = State::Broken;
}

} // namespace semper
