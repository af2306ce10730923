// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QHostAddress>
#include <QHttpServerRequest>
#include <QList>
#include <QUrl>

#include <utility>

namespace semper {

/// A request as a value, for handlers that answer later: a QHttpServerRequest is gone by then.
struct SEMPER_SERVER_EXPORT HttpServerRequest
{
    QHttpServerRequest::Method method = QHttpServerRequest::Method::Unknown;
    QUrl url;
    QList<std::pair<QByteArray, QByteArray>> headers; ///< their names in lower case
    QByteArray body;
    QHostAddress remoteAddress; ///< null over a Unix socket

    /// The first header of that name, in any case; empty where there is none.
    [[nodiscard]] QByteArray value(QByteArrayView name) const;
    [[nodiscard]] static HttpServerRequest of(const QHttpServerRequest &request);
};

} // namespace semper
