// SPDX-License-Identifier: LGPL-3.0-or-later
#include "rpc/rpcdetection.h"

#include "rpc/rpcmessage.h"
#include "rpc/swoftroute.h"

#include <algorithm>

namespace semper {

namespace {

constexpr qsizetype longestWord = 16; ///< "Content-Length:" has 15
constexpr qsizetype longestRead = 4096; ///< a longer line is not read to find out what it is

bool isLetter(char byte)
{
    const char lower = static_cast<char>(byte | 0x20);
    return lower >= 'a' && lower <= 'z';
}

/// A header's name, an HTTP method, or a word that is neither.
RpcDetection byWord(QByteArrayView bytes)
{
    const auto inWord = [](char byte) { return isLetter(byte) || byte == '-'; };
    const auto end = std::ranges::find_if_not(bytes, inWord);
    const QByteArrayView word = bytes.first(end - bytes.begin());
    if (end == bytes.end())
        return word.size() < longestWord ? RpcDetection::NeedsMore : RpcDetection::Newline;
    if (*end == ':')
        return RpcDetection::ContentLength;
    const bool upper = std::ranges::all_of(word, [](char byte) { return byte < 'a'; });
    return *end == ' ' && upper ? RpcDetection::Http : RpcDetection::Newline;
}

/// A line in CR LF after which nothing came yet. Swoft's calls have an empty id, and a method that
/// no other has.
RpcDetection byMessage(const QByteArray &line)
{
    const RpcMessage message = readRpcMessage(line);
    const auto *request = std::get_if<RpcRequest>(&message.entries.first());
    if (message.isBatch)
        return RpcDetection::Newline;
    if (!request)
        return RpcDetection::NewlineUnlessMoreComes;
    if (!methodOfSwoftRoute(request->method).isEmpty())
        return RpcDetection::Swoft;
    const bool hasId = !request->isNotification() && request->id != "\"\"";
    return hasId ? RpcDetection::Newline : RpcDetection::NewlineUnlessMoreComes;
}

RpcDetection byFirstLine(QByteArrayView bytes)
{
    const qsizetype end = bytes.indexOf('\n');
    if (end < 0)
        return RpcDetection::NeedsMore;
    if (bytes[end - 1] != '\r')
        return RpcDetection::Newline;
    const QByteArrayView behind = bytes.sliced(end + 1);
    if (behind.startsWith("\r\n"))
        return RpcDetection::Swoft;
    if (behind == "\r")
        return RpcDetection::NewlineUnlessMoreComes;
    if (!behind.isEmpty())
        return RpcDetection::Newline;
    if (end > longestRead)
        return RpcDetection::NewlineUnlessMoreComes;
    return byMessage(bytes.first(end - 1).toByteArray());
}

} // namespace

RpcDetection detectRpcFraming(QByteArrayView bytes)
{
    const auto isBlank
        = [](char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; };
    const QByteArrayView text
        = bytes.sliced(std::ranges::find_if_not(bytes, isBlank) - bytes.begin());
    if (text.isEmpty())
        return RpcDetection::NeedsMore;
    const char first = text.front();
    if (first == '{' || first == '[')
        return byFirstLine(text);
    if (isLetter(first))
        return byWord(text);
    return first > ' ' && first < 0x7f ? RpcDetection::Newline : RpcDetection::Foreign;
}

} // namespace semper
