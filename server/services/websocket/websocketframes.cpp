// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/websocket/websocketframes.h"

#include <QtEndian>

#include <limits>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr int continuation = 0x0;
constexpr int binary = 0x2;
constexpr int firstControl = 0x8;
constexpr int close = 0x8;
constexpr int lastControl = 0xa;
constexpr qint64 maximumControlBytes = 125;
constexpr qsizetype maskBytes = 4;

bool isControl(int opcode)
{
    return opcode >= firstControl;
}

WebSocketFault violation(const QString &detail)
{
    return {.code = closecode::protocolError, .detail = detail};
}

} // namespace

bool isSendableCloseCode(quint16 code)
{
    constexpr quint16 firstOfLibraries = 3000;
    constexpr quint16 lastOfPrograms = 4999;
    return (code >= closecode::normal && code <= closecode::unsupportedData)
        || (code >= closecode::invalidPayload && code <= closecode::badGateway)
        || (code >= firstOfLibraries && code <= lastOfPrograms);
}

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
        if (isControl(header.opcode) || (header.final && !m_fragmented)) {
            const QByteArray frame = m_input.first(size);
            m_input.remove(0, size);
            return frame;
        }
        appendFragment(header);
        m_input.remove(0, size);
        m_fragmented = !header.final;
        if (!m_fragmented)
            return joined();
    }
    return std::nullopt;
}

bool WebSocketFrames::isClose(const QByteArray &frame)
{
    return (frame.at(0) & 0x0f) == close;
}

void WebSocketFrames::appendFragment(const Header &header)
{
    if (!m_fragmented)
        m_opcode = header.opcode;
    const char *payload = m_input.constData() + header.headerBytes;
    const char *mask = payload - maskBytes;
    const qsizetype start = m_message.size();
    m_message.append(payload, qsizetype(header.payloadBytes));
    char *bytes = m_message.data() + start;
    for (qsizetype i = 0; i < header.payloadBytes; ++i)
        bytes[i] = char(bytes[i] ^ mask[i % maskBytes]);
}

/// One frame of all fragments, under a mask that changes nothing.
QByteArray WebSocketFrames::joined()
{
    QByteArray head(2, '\0');
    head[0] = char(0x80 | m_opcode);
    const qsizetype size = m_message.size();
    head[1] = char(0x80 | (size < 126 ? size : size <= 0xffff ? 126 : 127));
    if (size > 0xffff) {
        head.resize(10);
        qToBigEndian(quint64(size), head.data() + 2);
    } else if (size >= 126) {
        head.resize(4);
        qToBigEndian(quint16(size), head.data() + 2);
    }
    return head + QByteArray(maskBytes, '\0') + std::exchange(m_message, {});
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
    // As a difference, for the sum may be too large for any number.
    if (header.payloadBytes > m_limit - m_message.size())
        return WebSocketFault{.code = closecode::messageTooBig,
            .detail = u"a message may have %1 bytes"_s.arg(m_limit)};
    return std::nullopt;
}

} // namespace semper
