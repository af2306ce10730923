// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/httprequest.h>

#include <QJsonDocument>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace semper {

namespace {

/// A token of RFC 9110.
bool isToken(const QByteArray &text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || QByteArrayView("!#$%&'*+-.^_`|~").contains(c);
    });
}

template <class Headers>
auto find(Headers &headers, const QByteArray &name)
{
    return std::find_if(headers.begin(), headers.end(), [&name](const auto &header) {
        return header.first.compare(name, Qt::CaseInsensitive) == 0;
    });
}

} // namespace

void setHeader(HttpHeaders &headers, const QByteArray &name, const QByteArray &value)
{
    if (!isToken(name))
        throw std::invalid_argument("\"" + name.toStdString() + "\" is no name of a header");
    const bool isLine = std::none_of(
        value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    if (!isLine)
        throw std::invalid_argument("the header " + name.toStdString() + " has more than a line");
    if (const auto same = find(headers, name); same != headers.end())
        same->second = value;
    else
        headers.append({name, value});
}

HttpRequest::HttpRequest(QByteArray method, QUrl url)
    : m_method(std::move(method))
    , m_url(std::move(url))
{
    if (!isToken(m_method))
        throw std::invalid_argument("\"" + m_method.toStdString() + "\" is no method");
}

void HttpRequest::setHeader(const QByteArray &name, const QByteArray &value)
{
    semper::setHeader(m_headers, name, value);
}

void HttpRequest::addHeaders(const HttpHeaders &headers)
{
    for (const auto &header : headers) {
        if (find(std::as_const(m_headers), header.first) == m_headers.cend())
            m_headers.append(header);
    }
}

void HttpRequest::setBody(QByteArray body, const QByteArray &contentType)
{
    m_body = std::move(body);
    setHeader("Content-Type", contentType);
}

void HttpRequest::setBody(const QJsonObject &body)
{
    setBody(QJsonDocument(body).toJson(QJsonDocument::Compact), "application/json");
}

} // namespace semper
