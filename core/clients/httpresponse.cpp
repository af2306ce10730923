// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/httpresponse.h>

#include <QJsonArray>
#include <QJsonDocument>

#include <utility>

namespace semper {

HttpResponse::HttpResponse(QUrl url, int status, HttpHeaders headers, QByteArray body)
    : m_url(std::move(url))
    , m_status(status)
    , m_headers(std::move(headers))
    , m_body(std::move(body))
{ }

QJsonValue HttpResponse::json() const
{
    const QJsonDocument document = QJsonDocument::fromJson(m_body);
    if (document.isObject())
        return document.object();
    if (document.isArray())
        return document.array();
    return QJsonValue::Undefined;
}

QString HttpResponse::header(QAnyStringView name) const
{
    for (const auto &[key, value] : m_headers) {
        if (QAnyStringView::compare(name, QLatin1StringView(key), Qt::CaseInsensitive) == 0)
            return QString::fromLatin1(value);
    }
    return {};
}

} // namespace semper
