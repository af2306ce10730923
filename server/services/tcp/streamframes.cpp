// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/tcp/streamframes.h"

#include <QtEndian>

#include <algorithm>
#include <limits>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype lengthBytes = sizeof(quint32);

} // namespace

std::optional<StreamFraming> streamFramingFromString(const QString &word)
{
    if (word.isEmpty() || word == "newline"_L1)
        return StreamFraming::Newline;
    if (word == "length"_L1)
        return StreamFraming::Length;
    if (word == "raw"_L1)
        return StreamFraming::Raw;
    return std::nullopt;
}

StreamFrames::StreamFrames(StreamFraming framing, qint64 limit)
    : m_framing(framing)
    , m_limit(limit)
{ }

void StreamFrames::append(const QByteArray &bytes)
{
    if (m_broken)
        return;
    // What was handed out is cut off once for all that came together, not once for each frame.
    m_scanned = std::max<qsizetype>(0, m_scanned - m_start);
    m_buffer.remove(0, std::exchange(m_start, 0));
    m_buffer.append(bytes);
}

std::optional<std::variant<QByteArray, FrameTooLong>> StreamFrames::next()
{
    if (m_broken)
        return std::nullopt;
    switch (m_framing) {
    case StreamFraming::Newline:
        return nextLine();
    case StreamFraming::Length:
        return nextCounted();
    case StreamFraming::Raw:
        if (waiting() == 0)
            return std::nullopt;
        const qsizetype size = std::min<qsizetype>(waiting(), m_limit);
        return take(size, m_start + size);
    }
    Q_UNREACHABLE();
}

std::optional<std::variant<QByteArray, FrameTooLong>> StreamFrames::nextLine()
{
    const qsizetype end = m_buffer.indexOf('\n', std::max(m_start, m_scanned));
    if (end < 0) {
        m_scanned = m_buffer.size();
        if (waiting() > m_limit + 1) // for a CR that may belong to the end
            return breakOff();
        return std::nullopt;
    }
    qsizetype size = end - m_start;
    if (size > 0 && m_buffer.at(end - 1) == '\r')
        --size;
    if (size > m_limit)
        return breakOff();
    return take(size, end + 1);
}

std::optional<std::variant<QByteArray, FrameTooLong>> StreamFrames::nextCounted()
{
    if (waiting() < lengthBytes)
        return std::nullopt;
    const auto size = qint64(qFromBigEndian<quint32>(m_buffer.constData() + m_start));
    if (size > m_limit)
        return breakOff();
    if (waiting() < lengthBytes + size)
        return std::nullopt;
    m_start += lengthBytes;
    return take(size, m_start + size);
}

QByteArray StreamFrames::take(qsizetype size, qsizetype end)
{
    const QByteArray frame = m_buffer.sliced(m_start, size);
    m_start = end;
    return frame;
}

FrameTooLong StreamFrames::breakOff()
{
    m_broken = true;
    m_buffer.clear();
    return {};
}

std::optional<QByteArray> StreamFrames::encode(StreamFraming framing, const QByteArray &frame)
{
    switch (framing) {
    case StreamFraming::Newline:
        if (frame.contains('\n'))
            return std::nullopt;
        return frame + '\n';
    case StreamFraming::Length: {
        if (frame.size() > qsizetype(std::numeric_limits<quint32>::max()))
            return std::nullopt;
        QByteArray bytes(lengthBytes, Qt::Uninitialized);
        qToBigEndian(quint32(frame.size()), bytes.data());
        return bytes + frame;
    }
    case StreamFraming::Raw:
        return frame;
    }
    Q_UNREACHABLE();
}

} // namespace semper
