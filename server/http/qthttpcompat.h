// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What differs between the QtHttpServer of Qt 6.4 and of later versions, and nothing else.

#include <QByteArray>
#include <QHttpServer>
#include <QHttpServerRequest>
#include <QHttpServerResponder>
#include <QHttpServerResponse>
#include <QTcpServer>

#include <functional>
#include <memory>
#include <utility>

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
#include <QHttpHeaders>
#endif

namespace semper::qthttp {

/// \a server must listen already; it is \a http's from here on.
inline void bind(QHttpServer &http, std::unique_ptr<QTcpServer> server)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    if (http.bind(server.get()))
        static_cast<void>(server.release());
#else
    http.bind(server.release());
#endif
}

inline void addHeader(
    QHttpServerResponse &response, const QByteArray &name, const QByteArray &value)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    QHttpHeaders headers = response.headers();
    headers.append(name, value);
    response.setHeaders(std::move(headers));
#else
    response.addHeader(name, value);
#endif
}

/// With names in lower case: later versions know them in no other.
inline QList<std::pair<QByteArray, QByteArray>> headers(const QHttpServerRequest &request)
{
    QList<std::pair<QByteArray, QByteArray>> list;
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    list = request.headers().toListOfPairs();
#else
    const auto headers = request.headers();
    for (const auto &[name, value] : headers)
        list.append({name.toLower(), value});
#endif
    return list;
}

/// \a responder's socket must be alive.
inline void write(QHttpServerResponse &&response, QHttpServerResponder &&responder)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    responder.sendResponse(response);
#else
    response.write(std::move(responder));
#endif
}

using Fallback = std::function<QHttpServerResponse(const QHttpServerRequest &)>;

/// \a fallback answers what no route matches.
inline void setFallback(QHttpServer &http, Fallback fallback)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    http.setMissingHandler(&http,
        [fallback = std::move(fallback)](const QHttpServerRequest &request,
            QHttpServerResponder &responder) { responder.sendResponse(fallback(request)); });
#else
    http.setMissingHandler([fallback = std::move(fallback)](const QHttpServerRequest &request,
                               QHttpServerResponder &&responder) {
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
        responder.sendResponse(fallback(request));
#else
        fallback(request).write(std::move(responder));
#endif
    });
#endif
}

} // namespace semper::qthttp
