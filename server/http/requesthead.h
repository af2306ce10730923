// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/httplimits.h"
#include "http/problem.h"

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QByteArrayList>
#include <QByteArrayView>
#include <QList>

#include <utility>
#include <variant>

namespace semper {

/// The request line and headers of one HTTP/1 request, checked.
struct SEMPER_SERVER_EXPORT RequestHead
{
    QByteArray method; ///< "GET"
    QByteArray target; ///< path and query as sent, percent-encoded; "*" of OPTIONS alone
    QByteArray path; ///< decoded once, UTF-8, without the query
    int minorVersion = 1; ///< of HTTP/1.x
    /// In order, values trimmed. Where the target named a host, Host does.
    QList<std::pair<QByteArray, QByteArray>> headers;
    qsizetype headBytes = 0; ///< up to and with the blank line
    qint64 bodyBytes = 0; ///< as announced
    bool isChunked = false; ///< the body comes as a ChunkedBody
    bool closes = false; ///< the client wants no further request on this connection
    bool awaitsContinue = false; ///< the client sends the body only after "100 Continue"

    /// The first of that name in any case; empty where there is none.
    [[nodiscard]] QByteArray value(QByteArrayView name) const;
    [[nodiscard]] int count(QByteArrayView name) const;
    /// The elements of all headers of that name, which are lists; empty ones are left out.
    [[nodiscard]] QByteArrayList list(QByteArrayView name) const;
    [[nodiscard]] bool lists(QByteArrayView name, QByteArrayView element) const; ///< in any case
    /// The same request in its plainest form: no connection headers, one length, and for https a
    /// target that says so. What a second parser reads in it cannot differ from what this one read.
    [[nodiscard]] QByteArray canonical(const QByteArray &scheme = "http") const;
};

/// What follows "Bearer" in the only Authorization header; null where there is none.
[[nodiscard]] SEMPER_SERVER_EXPORT QByteArray bearerTokenOf(const RequestHead &head);

/// Removes the blank lines at the start of \a input, which old clients send after a body.
SEMPER_SERVER_EXPORT void dropBlankLines(QByteArray &input);

/// No blank line yet, and nothing wrong so far.
struct IncompleteHead
{ };

/// Reads a head from the start of \a bytes, strictly: whatever two parsers could take in two ways
/// is refused. The problem's status is 400, 413, 414, 417, 431, 501 or 505.
[[nodiscard]] SEMPER_SERVER_EXPORT std::variant<IncompleteHead, RequestHead, Problem>
parseRequestHead(QByteArrayView bytes, const HttpLimits &limits);

} // namespace semper
