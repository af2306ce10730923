// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/requesttarget.h"

#include <QList>
#include <QStringDecoder>

#include <algorithm>
#include <string_view>

namespace semper {

namespace {

using std::string_view_literals::operator""sv;

int hexDigit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    const char lower = static_cast<char>(byte | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool isTargetByte(char byte)
{
    const auto code = static_cast<unsigned char>(byte);
    return code > 0x20 && code < 0x7f && "\"#<>\\"sv.find(byte) == std::string_view::npos;
}

std::optional<QByteArray> percentDecoded(QByteArrayView text)
{
    QByteArray bytes;
    bytes.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            bytes += text[i];
            continue;
        }
        if (i + 2 >= text.size())
            return {};
        const int high = hexDigit(text[i + 1]);
        const int low = hexDigit(text[i + 2]);
        const int code = high * 16 + low;
        if (high < 0 || low < 0 || code < 0x20 || code == 0x7f || code == '/' || code == '\\')
            return {};
        bytes += static_cast<char>(code);
        i += 2;
    }
    return bytes;
}

bool isUtf8(const QByteArray &bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(bytes);
    return !decoder.hasError();
}

bool hasDotSegment(const QByteArray &path)
{
    const QList<QByteArray> segments = path.split('/');
    return std::ranges::any_of(
        segments, [](const QByteArray &segment) { return segment == "." || segment == ".."; });
}

} // namespace

std::optional<QByteArray> decodedPath(QByteArrayView target)
{
    if (!target.startsWith('/') || target.startsWith("//")
        || !std::ranges::all_of(target, isTargetByte))
        return {};
    const qsizetype query = target.indexOf('?');
    const auto path = percentDecoded(query < 0 ? target : target.first(query));
    if (!path || !isUtf8(*path) || hasDotSegment(*path))
        return {};
    return path;
}

} // namespace semper
