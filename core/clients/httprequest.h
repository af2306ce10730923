// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_clients_export.h>

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QUrl>

#include <utility>

namespace semper {

/// Names with values, in order. A name is there once, whatever its case.
using HttpHeaders = QList<std::pair<QByteArray, QByteArray>>;

/// Puts \a value in place of that of \a name, or behind the others. Throws std::invalid_argument
/// for what would end the line: no value of a stranger can add a header.
SEMPER_CLIENTS_EXPORT void setHeader(
    HttpHeaders &headers, const QByteArray &name, const QByteArray &value);

/// One request, for those that HttpClient's own get() and post() do not cover:
/// \code
/// semper::HttpRequest request("OPTIONS", url);
/// request.setHeader("If-None-Match", etag);
/// const auto answer = co_await http.send(request);
/// \endcode
class SEMPER_CLIENTS_EXPORT HttpRequest
{
public:
    HttpRequest(QByteArray method, QUrl url);

    /// Over those of the client. Throws std::invalid_argument as setHeader() above does.
    void setHeader(const QByteArray &name, const QByteArray &value);
    /// Those of \a headers whose names are not there yet.
    void addHeaders(const HttpHeaders &headers);
    void setBody(QByteArray body, const QByteArray &contentType);
    void setBody(const QJsonObject &body);
    /// Leaves "Content-Type" as it is.
    void setRawBody(const QByteArray &body) { m_body = body; }

    [[nodiscard]] QByteArray method() const { return m_method; }
    [[nodiscard]] QUrl url() const { return m_url; }
    [[nodiscard]] const HttpHeaders &headers() const { return m_headers; }
    [[nodiscard]] QByteArray body() const { return m_body; }

private:
    QByteArray m_method;
    QUrl m_url;
    HttpHeaders m_headers;
    QByteArray m_body;
};

} // namespace semper
