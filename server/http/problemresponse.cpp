// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/problemresponse.h"

#include "http/qthttpcompat.h"

namespace semper {

QHttpServerResponse problemResponse(const Problem &problem)
{
    QHttpServerResponse response(QByteArray(problemMimeType), problem.toJson(),
        static_cast<QHttpServerResponse::StatusCode>(problem.status));
    for (const auto &[name, value] : problem.headers)
        qthttp::addHeader(response, name, value);
    return response;
}

} // namespace semper
