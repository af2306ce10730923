// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/requesthead.h"

#include "http/headwriter.h"
#include "http/requesttarget.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

using namespace std::string_view_literals;

Problem bad(const QString &detail)
{
    return {.status = 400, .detail = detail};
}

bool isDigit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool isTokenByte(char byte)
{
    const char lower = static_cast<char>(byte | 0x20);
    return isDigit(byte) || (lower >= 'a' && lower <= 'z')
        || "!#$%&'*+-.^_`|~"sv.find(byte) != std::string_view::npos;
}

bool isToken(QByteArrayView text)
{
    return !text.isEmpty() && std::ranges::all_of(text, isTokenByte);
}

bool isFieldByte(char byte)
{
    const auto code = static_cast<unsigned char>(byte);
    return code == '\t' || (code >= 0x20 && code != 0x7f);
}

bool isHostByte(char byte)
{
    const char lower = static_cast<char>(byte | 0x20);
    return isDigit(byte) || (lower >= 'a' && lower <= 'z')
        || ".-_~:[]!$&'()*+,;=%"sv.find(byte) != std::string_view::npos;
}

QByteArrayView withoutBlanks(QByteArrayView text)
{
    const auto isBlank = [](char byte) { return byte == ' ' || byte == '\t'; };
    while (!text.isEmpty() && isBlank(text.front()))
        text = text.sliced(1);
    while (!text.isEmpty() && isBlank(text.back()))
        text.chop(1);
    return text;
}

/// The lines of a head up to its blank line, and how many bytes they took.
struct Lines
{
    QList<QByteArrayView> lines;
    qsizetype bytes = 0; ///< 0: the blank line has not come yet
};

std::variant<Lines, Problem> splitLines(QByteArrayView bytes, const HttpLimits &limits)
{
    Lines found;
    const QByteArrayView window = bytes.first(std::min(bytes.size(), limits.maximumHeadBytes));
    qsizetype start = 0;
    while (true) {
        const qsizetype end = window.indexOf('\n', start);
        if (end < 0)
            break;
        if (end == start || window[end - 1] != '\r')
            return bad(u"a line of the head does not end in CR LF"_s);
        const QByteArrayView line = window.sliced(start, end - 1 - start);
        start = end + 1;
        if (line.isEmpty()) {
            found.bytes = start;
            return found;
        }
        found.lines.append(line);
        if (found.lines.size() > limits.maximumHeaders + 1)
            return Problem{.status = 431, .detail = u"too many headers"_s};
    }
    if (bytes.size() >= limits.maximumHeadBytes)
        return Problem{.status = 431, .detail = u"the head is too large"_s};
    return found;
}

std::optional<Problem> readVersion(QByteArrayView version, RequestHead &head)
{
    if (version.size() != 8 || !version.startsWith("HTTP/") || !isDigit(version[5])
        || version[6] != '.' || !isDigit(version[7]))
        return bad(u"the request line does not end in an HTTP version"_s);
    if (version[5] != '1')
        return Problem{.status = 505, .detail = u"HTTP/1.0 and HTTP/1.1 are spoken here"_s};
    head.minorVersion = std::min(version[7] - '0', 1); // A later one is as good as the last known.
    return {};
}

/// The path and the query of a target that names scheme and host too, as to a proxy, and the host.
std::optional<std::pair<QByteArrayView, QByteArrayView>> splitAbsolute(QByteArrayView target)
{
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (target.first(std::min(scheme.size(), target.size()))
                .compare(scheme, Qt::CaseInsensitive)
            != 0)
            continue;
        const QByteArrayView rest = target.sliced(scheme.size());
        const auto end = std::ranges::find_if(
            rest, [](char byte) { return byte == '/' || byte == '?' || byte == '#'; });
        const auto size = std::distance(rest.begin(), end);
        return std::pair(rest.sliced(size), rest.first(size));
    }
    return {};
}

std::optional<Problem> readTarget(
    QByteArrayView target, const HttpLimits &limits, RequestHead &head)
{
    if (target.size() > limits.maximumTargetBytes)
        return Problem{.status = 414, .detail = u"the target is too long"_s};
    head.target = target.toByteArray();
    if (head.method == "OPTIONS" && target == "*") {
        head.path = "*";
        return {};
    }
    if (const auto absolute = splitAbsolute(target)) {
        const auto &[rest, host] = *absolute;
        if (host.isEmpty() || !std::ranges::all_of(host, isHostByte))
            return bad(u"the target names no host"_s);
        head.target = (rest.startsWith('/') ? "" : "/") + rest.toByteArray();
        head.headers.append({"Host", host.toByteArray()});
    }
    const auto path = decodedPath(head.target);
    if (!path)
        return bad(u"the target is no plain absolute path"_s);
    head.path = *path;
    return {};
}

std::optional<Problem> readRequestLine(
    QByteArrayView line, const HttpLimits &limits, RequestHead &head)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (first <= 0 || last <= first + 1)
        return bad(u"the request line is not \"METHOD TARGET VERSION\""_s);
    head.method = line.first(first).toByteArray();
    if (!isToken(head.method))
        return bad(u"the method is no token"_s);
    if (auto problem = readVersion(line.sliced(last + 1), head))
        return problem;
    static constexpr std::string_view methods[]
        = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    if (std::ranges::find(methods, std::string_view(head.method)) == std::end(methods))
        return Problem{.status = 501, .detail = u"no such method here"_s};
    return readTarget(line.sliced(first + 1, last - first - 1), limits, head);
}

std::optional<Problem> readHeader(QByteArrayView line, RequestHead &head)
{
    const qsizetype colon = line.indexOf(':');
    if (colon <= 0 || !isToken(line.first(colon)))
        return bad(u"a header has no proper name"_s);
    const QByteArrayView value = withoutBlanks(line.sliced(colon + 1));
    if (!std::ranges::all_of(value, isFieldByte))
        return bad(u"a header's value has a control character"_s);
    head.headers.append({line.first(colon).toByteArray(), value.toByteArray()});
    return {};
}

std::optional<Problem> readCoding(RequestHead &head)
{
    if (head.minorVersion == 0)
        return bad(u"HTTP/1.0 has no Transfer-Encoding"_s);
    QList<QByteArray> codings;
    for (const auto &[name, text] : std::as_const(head.headers))
        if (name.compare("transfer-encoding", Qt::CaseInsensitive) == 0)
            codings += text.toLower().split(',');
    if (codings.constLast().trimmed() != "chunked")
        return bad(u"the body's last coding is not \"chunked\", so that its end is unknown"_s);
    if (codings.size() > 1)
        return Problem{.status = 501, .detail = u"no coding but \"chunked\" is known here"_s};
    head.isChunked = true;
    return {};
}

std::optional<Problem> readBodyLength(const HttpLimits &limits, RequestHead &head)
{
    const int lengths = head.count("content-length");
    if (head.count("transfer-encoding") > 0) {
        if (lengths > 0)
            return bad(u"Content-Length and Transfer-Encoding exclude each other"_s);
        return readCoding(head);
    }
    if (lengths == 0)
        return {};
    const QByteArray length = head.value("content-length");
    if (lengths > 1 || length.isEmpty() || !std::ranges::all_of(length, isDigit))
        return bad(u"Content-Length is not one number"_s);
    bool fits = false;
    head.bodyBytes = length.toLongLong(&fits);
    if (!fits || head.bodyBytes > limits.maximumBodyBytes) {
        return Problem{
            .status = 413, .detail = u"the body may have %1 bytes"_s.arg(limits.maximumBodyBytes)};
    }
    return {};
}

/// A host in the target comes first, and the header does not count then.
std::optional<Problem> readHost(RequestHead &head, bool isInTarget)
{
    const int hosts = head.count("host") - (isInTarget ? 1 : 0);
    if (hosts > 1 || (hosts == 0 && head.minorVersion == 1))
        return bad(u"one Host header is needed"_s);
    const auto isHost
        = [](const auto &header) { return header.first.compare("host", Qt::CaseInsensitive) == 0; };
    for (const auto &[name, text] : std::as_const(head.headers))
        if (name.compare("host", Qt::CaseInsensitive) == 0
            && !std::ranges::all_of(text, isHostByte))
            return bad(u"the Host header names no host"_s);
    const QByteArray host = head.value("host");
    if (isInTarget || host.isEmpty())
        head.headers.removeIf(isHost);
    if (!host.isEmpty() && isInTarget)
        head.headers.prepend({"Host", host});
    return {};
}

std::optional<Problem> readFraming(const HttpLimits &limits, bool isHostInTarget, RequestHead &head)
{
    if (auto problem = readHost(head, isHostInTarget))
        return problem;
    if (auto problem = readBodyLength(limits, head))
        return problem;
    const QByteArray expect = head.value("expect").toLower();
    if (!expect.isEmpty() && expect != "100-continue")
        return Problem{.status = 417, .detail = u"only 100-continue can be expected"_s};
    head.awaitsContinue
        = !expect.isEmpty() && head.minorVersion == 1 && (head.bodyBytes > 0 || head.isChunked);
    head.closes = head.minorVersion == 0 || head.lists("connection", "close");
    return {};
}

} // namespace

QByteArray RequestHead::value(QByteArrayView name) const
{
    for (const auto &[key, text] : headers) {
        if (name.compare(key, Qt::CaseInsensitive) == 0)
            return text;
    }
    return {};
}

int RequestHead::count(QByteArrayView name) const
{
    return static_cast<int>(std::ranges::count_if(headers, [name](const auto &header) {
        return name.compare(header.first, Qt::CaseInsensitive) == 0;
    }));
}

QByteArrayList RequestHead::list(QByteArrayView name) const
{
    QByteArrayList list;
    for (const auto &[key, text] : headers) {
        if (name.compare(key, Qt::CaseInsensitive) != 0)
            continue;
        for (const QByteArray &element : text.split(','))
            if (const QByteArray trimmed = element.trimmed(); !trimmed.isEmpty())
                list.append(trimmed);
    }
    return list;
}

bool RequestHead::lists(QByteArrayView name, QByteArrayView element) const
{
    return std::ranges::any_of(list(name), [element](const QByteArray &text) {
        return element.compare(text, Qt::CaseInsensitive) == 0;
    });
}

QByteArray RequestHead::canonical(const QByteArray &scheme) const
{
    static constexpr std::string_view hop[] = {"connection", "keep-alive", "proxy-connection", "te",
        "trailer", "upgrade", "expect", "content-length", "http2-settings", "transfer-encoding"};
    const QByteArray host = value("host");
    const bool saysScheme = scheme != "http" && !host.isEmpty(); // which is what others assume
    HeadWriter head(
        method + ' ' + (saysScheme ? scheme + "://" + host : QByteArray()) + target + " HTTP/1.1");
    for (const auto &[name, text] : headers) {
        const QByteArray lower = name.toLower();
        if (std::ranges::find(hop, std::string_view(lower)) == std::end(hop))
            head.add(name, text);
    }
    if (bodyBytes > 0)
        head.add("Content-Length", QByteArray::number(bodyBytes));
    return head.take();
}

QByteArray bearerTokenOf(const RequestHead &head)
{
    static constexpr QByteArrayView scheme("Bearer ");
    const QByteArray value = head.value("authorization");
    if (head.count("authorization") != 1 || value.size() <= scheme.size()
        || QByteArrayView(value).first(scheme.size()).compare(scheme, Qt::CaseInsensitive) != 0)
        return {};
    return value.sliced(scheme.size()).trimmed();
}

void dropBlankLines(QByteArray &input)
{
    qsizetype blank = 0;
    while (QByteArrayView(input).sliced(blank).startsWith("\r\n"))
        blank += 2;
    input.remove(0, blank);
}

std::variant<IncompleteHead, RequestHead, Problem> parseRequestHead(
    QByteArrayView bytes, const HttpLimits &limits)
{
    if (bytes == "\r")
        return IncompleteHead{}; // of a blank line, see dropBlankLines()
    if (!bytes.isEmpty() && !isTokenByte(bytes.front()))
        return bad(u"this is no HTTP request"_s);
    auto split = splitLines(bytes, limits);
    if (auto *problem = std::get_if<Problem>(&split))
        return std::move(*problem);
    const Lines &lines = std::get<Lines>(split);
    if (lines.bytes == 0)
        return IncompleteHead{};

    RequestHead head;
    head.headBytes = lines.bytes;
    if (auto problem = readRequestLine(lines.lines.first(), limits, head))
        return std::move(*problem);
    const bool isHostInTarget = !head.headers.isEmpty();
    for (const QByteArrayView line : lines.lines.sliced(1)) {
        if (auto problem = readHeader(line, head))
            return std::move(*problem);
    }
    if (auto problem = readFraming(limits, isHostInTarget, head))
        return std::move(*problem);
    return head;
}

} // namespace semper
