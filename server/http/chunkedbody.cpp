// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/chunkedbody.h"

#include <algorithm>
#include <iterator>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// Of a chunk's size, its extensions and its line break. A chunk may well have one byte of data, so
/// that this bounds what a client can have the server read for it.
constexpr qsizetype maximumSizeLine = 256;
constexpr qsizetype maximumDigits = 15; ///< more are no size that anybody could send

bool isVisible(char byte)
{
    const auto code = static_cast<unsigned char>(byte);
    return code == '\t' || (code >= 0x20 && code != 0x7f);
}

bool isHexDigit(char byte)
{
    const char lower = static_cast<char>(byte | 0x20);
    return (byte >= '0' && byte <= '9') || (lower >= 'a' && lower <= 'f');
}

Problem bad(const QString &detail)
{
    return {.status = 400, .detail = detail};
}

} // namespace

ChunkedBody::ChunkedBody(qint64 maximumBytes, qsizetype maximumTrailerBytes)
    : m_maximumBytes(maximumBytes)
    , m_maximumTrailerBytes(maximumTrailerBytes)
{ }

std::optional<Problem> ChunkedBody::take(QByteArray &input)
{
    qsizetype taken = 0;
    std::optional<Problem> problem;
    while (!problem && m_part != Part::End) {
        const QByteArrayView rest = QByteArrayView(input).sliced(taken);
        if (m_part == Part::Data) {
            if (rest.isEmpty())
                break;
            taken += takeData(rest);
            continue;
        }
        const qsizetype end = rest.indexOf('\n');
        const bool isTrailer = m_part == Part::Trailers;
        const qsizetype size = m_extra + (end < 0 ? rest.size() : end + 1);
        if (size > (isTrailer ? m_maximumTrailerBytes : maximumSizeLine))
            problem = isTrailer ? Problem{.status = 431, .detail = u"the trailers are too large"_s}
                                : bad(u"a chunk's size is too long"_s);
        if (problem || end < 0)
            break;
        taken += end + 1;
        if (end == 0 || rest[end - 1] != '\r')
            problem = bad(u"a line of the body does not end in CR LF"_s);
        else
            problem = takeLine(rest.first(end - 1));
    }
    input.remove(0, taken);
    return problem;
}

std::optional<Problem> ChunkedBody::takeLine(QByteArrayView line)
{
    if (m_part == Part::Size)
        return takeSize(line);
    if (m_part == Part::DataEnd) {
        m_part = Part::Size;
        return line.isEmpty() ? std::nullopt : std::optional(bad(u"a chunk is longer than said"_s));
    }
    if (line.isEmpty()) {
        m_part = Part::End;
        return {};
    }
    m_extra += line.size() + 2;
    if (line.indexOf(':') <= 0 || !std::ranges::all_of(line, isVisible))
        return bad(u"a trailer is no header"_s);
    return {};
}

std::optional<Problem> ChunkedBody::takeSize(QByteArrayView line)
{
    const auto digits = std::distance(line.begin(), std::ranges::find_if_not(line, isHexDigit));
    const QByteArrayView behind = line.sliced(digits);
    const bool isExtension
        = behind.startsWith(';') || behind.startsWith(' ') || behind.startsWith('\t');
    if (digits == 0 || digits > maximumDigits || (!behind.isEmpty() && !isExtension)
        || !std::ranges::all_of(behind, isVisible))
        return bad(u"a chunk has no size"_s);
    m_left = line.first(digits).toByteArray().toLongLong(nullptr, 16);
    if (m_left > m_maximumBytes - m_bytes.size())
        return Problem{
            .status = 413, .detail = u"the body may have %1 bytes"_s.arg(m_maximumBytes)};
    m_part = m_left == 0 ? Part::Trailers : Part::Data;
    return {};
}

qsizetype ChunkedBody::takeData(QByteArrayView input)
{
    const auto size = static_cast<qsizetype>(std::min<qint64>(m_left, input.size()));
    m_bytes.append(input.first(size));
    m_left -= size;
    if (m_left == 0)
        m_part = Part::DataEnd;
    return size;
}

} // namespace semper
