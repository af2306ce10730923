// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/websocketframes.h"

#include <QtEndian>

#include <limits>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int continuation = 0x0;
constexpr int binary = 0x2;
constexpr int firstControl = 0x8;
constexpr int lastControl = 0xa;
constexpr qint64 maximumControlBytes = 125;
constexpr qsizetype maskBytes = 4;
/// What the heads of fragments may take beside their contents, for one may be empty.
constexpr qsizetype roomForHeads = 64 * 1024;

bool isControl(int opcode)
{
    return opcode >= firstControl;
}

WebSocketFault violation(const QString &detail)
{
    return {.code = closecode::protocolError, .detail = detail};
}

} // namespace

WebSocketFrames::WebSocketFrames(qint64 limit)
    : m_limit(limit)
{ }

void WebSocketFrames::append(const QByteArray &bytes)
{
    if (!m_broken)
        m_input.append(bytes);
}

std::optional<std::variant<QByteArray, WebSocketFault>> WebSocketFrames::next()
{
    const auto breakOff = [this](const WebSocketFault &fault) {
        m_broken = true;
        m_input.clear();
        m_message.clear();
        return fault;
    };
    while (!m_broken) {
        const auto read = readHeader();
        if (!read)
            return std::nullopt;
        if (const auto *fault = std::get_if<WebSocketFault>(&*read))
            return breakOff(*fault);
        const Header &header = std::get<Header>(*read);
        if (const auto fault = check(header))
            return breakOff(*fault);
        const qsizetype size = header.headerBytes + qsizetype(header.payloadBytes);
        if (m_input.size() < size)
            return std::nullopt;
        const QByteArray frame = m_input.first(size);
        m_input.remove(0, size);
        if (isControl(header.opcode))
            return frame;
        m_message += frame;
        m_payloadBytes += header.payloadBytes;
        m_fragmented = !header.final;
        if (m_fragmented)
            continue;
        m_payloadBytes = 0;
        return std::exchange(m_message, {});
    }
    return std::nullopt;
}

auto WebSocketFrames::readHeader() const -> std::optional<std::variant<Header, WebSocketFault>>
{
    if (m_input.size() < 2)
        return std::nullopt;
    const auto first = static_cast<unsigned char>(m_input.at(0));
    const auto second = static_cast<unsigned char>(m_input.at(1));
    if ((second & 0x80) == 0)
        return violation(u"a client's frames are masked"_s);
    if ((first & 0x70) != 0)
        return violation(u"a reserved bit is set"_s);
    Header header{.final = (first & 0x80) != 0, .opcode = first & 0x0f};
    const int length = second & 0x7f;
    const qsizetype lengthBytes = length < 126 ? 0 : length == 126 ? 2 : 8;
    header.headerBytes = 2 + lengthBytes + maskBytes;
    if (m_input.size() < 2 + lengthBytes)
        return std::nullopt;
    const char *bytes = m_input.constData() + 2;
    quint64 size = quint64(length);
    if (lengthBytes == 2)
        size = qFromBigEndian<quint16>(bytes);
    else if (lengthBytes == 8)
        size = qFromBigEndian<quint64>(bytes);
    if (size > quint64(std::numeric_limits<qint64>::max()))
        return violation(u"no frame has that length"_s);
    header.payloadBytes = qint64(size);
    return header;
}

std::optional<WebSocketFault> WebSocketFrames::check(const Header &header) const
{
    if (isControl(header.opcode)) {
        if (header.opcode > lastControl)
            return violation(u"no such opcode"_s);
        if (!header.final || header.payloadBytes > maximumControlBytes)
            return violation(u"a control frame is short and whole"_s);
        return std::nullopt;
    }
    if (header.opcode > binary)
        return violation(u"no such opcode"_s);
    if ((header.opcode == continuation) != m_fragmented)
        return violation(
            m_fragmented ? u"a message began within another"_s : u"there is nothing to continue"_s);
    // The first as a difference, for the sum may be too large for any number.
    if (header.payloadBytes > m_limit - m_payloadBytes || m_message.size() > m_limit + roomForHeads)
        return WebSocketFault{.code = closecode::messageTooBig,
            .detail = u"a message may have %1 bytes"_s.arg(m_limit)};
    return std::nullopt;
}

} // namespace semper
