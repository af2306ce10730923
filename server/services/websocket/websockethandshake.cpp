// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/websocket/websockethandshake.h"

#include "http/headwriter.h"
#include "http/requesthead.h"

#include <QUrl>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr qsizetype keyBytes = 16;

bool isKey(const QByteArray &text)
{
    const auto decoded
        = QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
    return decoded && decoded.decoded.size() == keyBytes;
}

Problem bad(const QString &detail)
{
    return {.status = 400, .detail = detail};
}

} // namespace

bool asksForWebSocket(const RequestHead &head)
{
    return head.lists("upgrade", "websocket");
}

std::optional<Problem> handshakeProblem(const RequestHead &head)
{
    if (head.method != "GET")
        return Problem{.status = 405,
            .detail = u"a WebSocket begins with GET"_s,
            .headers = {{"Allow"_ba, "GET"_ba}}};
    if (head.minorVersion < 1)
        return bad(u"a WebSocket needs HTTP/1.1"_s);
    if (!head.lists("connection", "upgrade"))
        return bad(u"\"Connection: Upgrade\" is missing"_s);
    if (head.count("sec-websocket-version") != 1 || head.value("sec-websocket-version") != "13")
        return Problem{.status = 426,
            .detail = u"version 13 is spoken here"_s,
            .headers = {{"Upgrade"_ba, "websocket"_ba}, {"Sec-WebSocket-Version"_ba, "13"_ba}}};
    if (head.count("sec-websocket-key") != 1 || !isKey(head.value("sec-websocket-key")))
        return bad(u"Sec-WebSocket-Key is not one key of 16 bytes"_s);
    if (head.bodyBytes > 0 || head.isChunked)
        return bad(u"a handshake has no body"_s);
    return std::nullopt;
}

QString agreedSubprotocol(const RequestHead &head, const QStringList &supported)
{
    for (const QByteArray &offered : head.list("sec-websocket-protocol"))
        if (supported.contains(QString::fromLatin1(offered)))
            return QString::fromLatin1(offered);
    return {};
}

bool isOwnOrigin(const RequestHead &head)
{
    const int count = head.count("origin");
    if (count == 0)
        return true;
    const QUrl origin(QString::fromLatin1(head.value("origin")), QUrl::StrictMode);
    const bool isSecure = origin.scheme() == "https"_L1;
    if (count > 1 || !origin.isValid() || (!isSecure && origin.scheme() != "http"_L1))
        return false;
    // The host as the client named it, which may leave out the port that is usual.
    const QUrl own(
        origin.scheme() + u"://"_s + QString::fromLatin1(head.value("host")), QUrl::StrictMode);
    const int usual = isSecure ? 443 : 80;
    return own.isValid() && !own.host().isEmpty() && own.host() == origin.host()
        && own.port(usual) == origin.port(usual);
}

QByteArray canonicalHandshake(const RequestHead &head, const QString &subprotocol)
{
    // The host is of no use behind here, and not every valid one is understood there.
    HeadWriter written("GET / HTTP/1.1");
    written.add("Host", "localhost")
        .add("Upgrade", "websocket")
        .add("Connection", "Upgrade")
        .add("Sec-WebSocket-Version", "13")
        .add("Sec-WebSocket-Key", head.value("sec-websocket-key"));
    if (!subprotocol.isEmpty())
        written.add("Sec-WebSocket-Protocol", subprotocol.toLatin1());
    return written.take();
}

} // namespace semper
