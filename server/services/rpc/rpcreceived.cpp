// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/rpc/rpcreceived.h"

#include "rpc/jsontext.h"

#include <QJsonDocument>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype checkedAtOnce = 16 * 1024; ///< bytes, and the rest of the call that they end in

// What Qt's JSON takes on 64 bits, with the room that lists and strings keep to grow.
constexpr qint64 bytesOfItem = 32;
constexpr qint64 bytesOfContainer = 160;
constexpr qint64 bytesOfString = 24;
constexpr qint64 bytesOfCharacter = 2;

qint64 costOf(char byte)
{
    switch (byte) {
    case ',':
    case ':':
        return bytesOfItem + bytesOfCharacter;
    case '{':
    case '[':
        return bytesOfContainer + bytesOfCharacter;
    case '"':
        return bytesOfString + bytesOfCharacter;
    default:
        return bytesOfCharacter;
    }
}

/// At the quote that ends the string that begins at \a at; or at the end of the text.
qsizetype endOfString(QByteArrayView text, qsizetype at)
{
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\')
            ++at;
    return std::min(at, text.size());
}

qint64 parsedBytesOf(QByteArrayView text)
{
    qint64 bytes = bytesOfItem;
    for (qsizetype at = 0; at < text.size(); ++at) {
        bytes += costOf(text[at]);
        if (text[at] != '"')
            continue;
        const qsizetype end = endOfString(text, at);
        bytes += (end - at) * bytesOfCharacter;
        at = end;
    }
    return bytes;
}

bool isJson(QByteArrayView text)
{
    if (!text.startsWith('{') && !text.startsWith('['))
        return !fromJsonText(text).isUndefined();
    QJsonParseError fault{};
    QJsonDocument::fromJson(QByteArray::fromRawData(text.data(), text.size()), &fault);
    return fault.error == QJsonParseError::NoError;
}

} // namespace

RpcReceived::RpcReceived(
    const QByteArray &text, RpcDialect dialect, const RpcLimits &limits, qint64 maximumCallBytes)
    : m_text(text.trimmed())
    , m_dialect(dialect)
    , m_limits(limits)
    , m_maximumCallBytes(maximumCallBytes)
{
    if (m_text.startsWith("\xEF\xBB\xBF")) // which the reader of JSON takes too
        m_text = m_text.sliced(3).trimmed();
}

void RpcReceived::checkOn()
{
    if (!std::exchange(m_isCut, true)) {
        cut();
        if (m_text.size() > checkedAtOnce)
            return;
    }
    qsizetype bytes = 0;
    while (m_checked < m_calls.size() && bytes < checkedAtOnce) {
        const Call &call = m_calls.at(m_checked++);
        bytes += call.size;
        if (!isJson(textOf(call)))
            return refuse(RpcError::parseError, u"Parse error"_s);
    }
}

void RpcReceived::cut()
{
    // One that nests too deep is refused as a whole, and before it is read.
    if (m_dialect == RpcDialect::Standard && m_text.startsWith('[')
        && !nestsDeeperThan(m_text, m_limits.maximumDepth)) {
        m_isBatch = true;
        m_calls.clear();
        if (!cutBatch())
            return;
    } else {
        m_calls = {{.from = 0, .size = m_text.size(), .parsedBytes = parsedBytesOf(m_text)}};
        m_checked = 1; // by who reads it
    }
    for (const Call &call : std::as_const(m_calls))
        if (call.parsedBytes > m_maximumCallBytes)
            return refuse(RpcError::invalidRequest, u"Invalid Request"_s,
                u"a call would take too much memory"_s);
}

/// Into what stands between the commas. Whether each is JSON shows later, and then all of it is.
bool RpcReceived::cutBatch()
{
    Call call{.from = 1, .parsedBytes = bytesOfItem};
    const auto endCall = [&](qsizetype at) {
        call.size = at - call.from;
        m_calls.append(call);
        call = {.from = at + 1, .parsedBytes = bytesOfItem};
    };
    int depth = 0;
    for (qsizetype at = 1; at < m_text.size(); ++at) {
        const char byte = m_text.at(at);
        if (depth == 0 && (byte == ']' || byte == ',')) {
            const bool isEmpty = m_calls.isEmpty() && byte == ']'
                && QByteArrayView(m_text).sliced(1, at - 1).trimmed().isEmpty();
            if (isEmpty && at + 1 == m_text.size()) {
                refuse(RpcError::invalidRequest, u"Invalid Request"_s);
                return false;
            }
            endCall(at);
            if (m_calls.size() > m_limits.maximumBatch) {
                refuse(RpcError::invalidRequest, u"Invalid Request"_s,
                    u"a batch may have %1 calls"_s.arg(m_limits.maximumBatch));
                return false;
            }
            if (byte == ',')
                continue;
            if (at + 1 == m_text.size())
                return true;
            break;
        }
        call.parsedBytes += costOf(byte);
        if (byte == '"') {
            const qsizetype end = endOfString(m_text, at);
            call.parsedBytes += (end - at) * bytesOfCharacter;
            at = end;
        } else if (byte == '{' || byte == '[') {
            ++depth;
        } else if ((byte == '}' || byte == ']') && --depth < 0) {
            break;
        }
    }
    refuse(RpcError::parseError, u"Parse error"_s);
    return false;
}

RpcMessage RpcReceived::takeNext()
{
    const QByteArrayView view = textOf(m_calls.at(m_next++));
    const auto text = QByteArray::fromRawData(view.data(), view.size());
    RpcMessage message;
    if (m_fault)
        message.entries.append(RpcInvalid{"null"_ba, *m_fault});
    else if (m_isBatch && text.startsWith('[')) // no batch in a batch
        message.entries.append(
            RpcInvalid{"null"_ba, RpcError(RpcError::invalidRequest, u"Invalid Request"_s)});
    else
        message = readRpcMessage(text, m_dialect, m_limits);
    if (m_next == m_calls.size())
        m_text = {};
    return message;
}

qint64 RpcReceived::heldBytes() const
{
    return m_text.size() + m_calls.size() * qint64(sizeof(Call));
}

/// All of it, which has one answer then.
void RpcReceived::refuse(int code, const QString &message, const QString &why)
{
    m_fault = RpcError(
        code, message, why.isEmpty() ? QJsonValue(QJsonValue::Undefined) : QJsonValue(why));
    m_text = {};
    m_isBatch = false;
    m_calls = {Call{}};
    m_checked = 1;
}

QByteArrayView RpcReceived::textOf(const Call &call) const
{
    return QByteArrayView(m_text).sliced(call.from, call.size).trimmed();
}

} // namespace semper
