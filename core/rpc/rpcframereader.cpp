// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rpc/rpcframereader.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype maximumHeaderBytes = 4096;
constexpr char blankLine[] = "\r\n\r\n";
constexpr qsizetype blankLineBytes = 4;
constexpr qsizetype roomThatStays = 64 * 1024;

/// The value of the one Content-Length; nothing where there is none, two, or no number, or where a
/// line is no header: an HTTP request has them too, and its body is not to pass for a message.
std::optional<qint64> contentLength(QByteArrayView headers)
{
    std::optional<qint64> length;
    const QByteArray all = headers.toByteArray();
    for (const QByteArray &line : all.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon <= 0) {
            if (line.trimmed().isEmpty())
                continue;
            return std::nullopt;
        }
        if (line.first(colon).trimmed().toLower() != "content-length")
            continue;
        const QByteArray digits = line.sliced(colon + 1).trimmed();
        const bool isNumber = !digits.isEmpty() && digits.size() <= 18
            && std::ranges::all_of(digits, [](char byte) { return byte >= '0' && byte <= '9'; });
        if (length || !isNumber)
            return std::nullopt;
        length = digits.toLongLong();
    }
    return length;
}

} // namespace

RpcDialect dialectOf(RpcFraming framing)
{
    return framing == RpcFraming::Swoft ? RpcDialect::Swoft : RpcDialect::Standard;
}

QByteArray framed(RpcFraming framing, const QByteArray &text)
{
    switch (framing) {
    case RpcFraming::Newline:
        return text + '\n';
    case RpcFraming::ContentLength:
        return "Content-Length: " + QByteArray::number(text.size()) + blankLine + text;
    case RpcFraming::Swoft:
        return text + blankLine;
    }
    Q_UNREACHABLE();
}

RpcFrameReader::RpcFrameReader(RpcFraming framing, qsizetype limit)
    : m_framing(framing)
    , m_limit(limit)
{ }

void RpcFrameReader::append(const QByteArray &bytes)
{
    if (!m_broken)
        m_buffer.append(bytes);
}

RpcFrameReader::Next RpcFrameReader::next()
{
    if (m_broken)
        return std::nullopt;
    switch (m_framing) {
    case RpcFraming::Newline:
        return nextUpTo("\n");
    case RpcFraming::Swoft:
        return nextUpTo(blankLine);
    case RpcFraming::ContentLength:
        return nextCounted();
    }
    Q_UNREACHABLE();
}

std::optional<QByteArray> RpcFrameReader::rest()
{
    const QByteArray left = std::exchange(m_buffer, {}).trimmed();
    m_scanned = 0;
    if (m_broken || m_framing == RpcFraming::ContentLength || left.isEmpty())
        return std::nullopt;
    return left;
}

RpcFrameReader::Next RpcFrameReader::nextUpTo(QByteArrayView separator)
{
    while (true) {
        dropBlanks();
        const qsizetype end = m_buffer.indexOf(separator, m_scanned);
        if ((end < 0 ? m_buffer.size() : end) > m_limit + (end < 0 ? separator.size() : 1))
            return tooLong();
        if (end < 0) {
            m_scanned = std::max<qsizetype>(0, m_buffer.size() - separator.size() + 1);
            return std::nullopt;
        }
        const QByteArray text = take(end, separator.size()).trimmed();
        if (!text.isEmpty())
            return text;
    }
}

RpcFrameReader::Next RpcFrameReader::nextCounted()
{
    if (!m_length) {
        const qsizetype end = m_buffer.indexOf(blankLine, m_scanned);
        const QByteArrayView headers
            = QByteArrayView(m_buffer).first(end < 0 ? m_buffer.size() : end);
        if (headers.size() > maximumHeaderBytes)
            return fail(u"the headers are too long"_s);
        if (headers.contains("\n\n")) // The peer waits already, with the wrong blank line.
            return fail(u"headers end in CR LF"_s);
        if (end < 0) {
            m_scanned = std::max<qsizetype>(0, m_buffer.size() - blankLineBytes + 1);
            return std::nullopt;
        }
        const auto length = contentLength(headers);
        if (!length)
            return fail(u"one Content-Length is needed"_s);
        if (*length > m_limit)
            return tooLong();
        m_length = static_cast<qsizetype>(*length);
        take(end, blankLineBytes);
    }
    if (m_buffer.size() < *m_length)
        return std::nullopt;
    return take(*std::exchange(m_length, std::nullopt), 0);
}

RpcFrameReader::Next RpcFrameReader::fail(const QString &why)
{
    m_broken = true;
    m_buffer.clear();
    return RpcError(RpcError::parseError, u"Parse error"_s, why);
}

RpcFrameReader::Next RpcFrameReader::tooLong()
{
    static_cast<void>(fail({}));
    return RpcError(RpcError::invalidRequest, u"Invalid Request"_s,
        u"a message may have %1 bytes"_s.arg(m_limit));
}

QByteArray RpcFrameReader::take(qsizetype bytes, qsizetype separator)
{
    QByteArray text = m_buffer.first(bytes);
    m_buffer.remove(0, bytes + separator);
    m_scanned = 0;
    giveBackRoom();
    return text;
}

/// All in front of a message at once: as lines of their own they would be the dearest of bytes.
void RpcFrameReader::dropBlanks()
{
    if (m_scanned > 0)
        return; // A message has begun.
    const auto isBlank
        = [](char byte) { return byte == '\n' || byte == '\r' || byte == ' ' || byte == '\t'; };
    m_buffer.remove(
        0, std::ranges::find_if_not(std::as_const(m_buffer), isBlank) - m_buffer.cbegin());
    giveBackRoom();
}

/// What a long message needed, and what is left of the stream does not.
void RpcFrameReader::giveBackRoom()
{
    if (m_buffer.capacity() > roomThatStays && m_buffer.size() < m_buffer.capacity() / 4)
        m_buffer = QByteArray(m_buffer.constData(), m_buffer.size());
}

} // namespace semper
