// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/httpserverrequest.h"

#include "http/qthttpcompat.h"

namespace semper {

QByteArray HttpServerRequest::value(QByteArrayView name) const
{
    for (const auto &[key, value] : headers)
        if (name.compare(key, Qt::CaseInsensitive) == 0)
            return value;
    return {};
}

HttpServerRequest HttpServerRequest::of(const QHttpServerRequest &request)
{
    return {.method = request.method(),
        .url = request.url(),
        .headers = qthttp::headers(request),
        .body = request.body(),
        .remoteAddress = request.remoteAddress()};
}

} // namespace semper
