// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/requestreader.h"

namespace semper {

namespace {

constexpr qsizetype roomThatStays = 64 * 1024;

} // namespace

RequestReader::RequestReader(const HttpLimits &limits)
    : m_limits(limits)
{ }

std::optional<Problem> RequestReader::readHead()
{
    if (m_hasHead)
        return {};
    if (m_lookedAt == 0)
        dropBlankLines(m_input);
    if (!hasBegun() || m_input.size() == m_lookedAt)
        return {};
    m_head = {};
    auto parsed = parseRequestHead(m_input, m_limits);
    if (auto *problem = std::get_if<Problem>(&parsed))
        return std::move(*problem);
    m_hasHead = std::holds_alternative<RequestHead>(parsed);
    m_lookedAt = m_hasHead ? 0 : m_input.size();
    if (!m_hasHead)
        return {};
    m_head = std::get<RequestHead>(std::move(parsed));
    m_input.remove(0, m_head.headBytes);
    m_chunks.reset();
    if (m_head.isChunked)
        m_chunks.emplace(m_limits.maximumBodyBytes, m_limits.maximumHeadBytes);
    return {};
}

bool RequestReader::isForHead() const
{
    return m_head.method == "HEAD" || (m_head.method.isEmpty() && m_input.startsWith("HEAD "));
}

std::optional<Problem> RequestReader::readBody()
{
    return m_chunks ? m_chunks->take(m_input) : std::nullopt;
}

bool RequestReader::hasBegun() const
{
    return m_hasHead || (!m_input.isEmpty() && m_input != "\r"); // of a blank line
}

bool RequestReader::hasAll() const
{
    return m_head.headBytes > 0 && !m_chunks
        && m_input.size() == (m_hasHead ? m_head.bodyBytes : 0);
}

bool RequestReader::hasBody() const
{
    return m_hasHead && (m_chunks ? m_chunks->isWhole() : m_input.size() >= m_head.bodyBytes);
}

QByteArray RequestReader::takeBody()
{
    m_hasHead = false;
    if (m_chunks)
        m_head.bodyBytes = m_chunks->bytes().size();
    const auto size = static_cast<qsizetype>(m_head.bodyBytes);
    QByteArray body = m_chunks ? m_chunks->bytes() : m_input.first(size);
    if (!m_chunks)
        m_input.remove(0, size);
    m_chunks.reset();
    giveBackRoom();
    return body;
}

QByteArray RequestReader::takeRest()
{
    m_hasHead = false;
    m_lookedAt = 0;
    m_chunks.reset();
    return std::exchange(m_input, {});
}

qint64 RequestReader::heldBytes() const
{
    return m_input.capacity() + (m_chunks ? m_chunks->bytes().capacity() : 0);
}

/// What a long body needed, and what is left does not.
void RequestReader::giveBackRoom()
{
    if (m_input.capacity() > roomThatStays && m_input.size() < m_input.capacity() / 4)
        m_input = QByteArray(m_input.constData(), m_input.size());
}

} // namespace semper
