// SPDX-License-Identifier: LGPL-3.0-or-later
#include "httpredirect.h"

using namespace Qt::StringLiterals;

namespace semper {

namespace {

int portOf(const QUrl &url)
{
    return url.port(url.scheme() == "https"_L1 ? 443 : 80);
}

bool isSameOrigin(const QUrl &one, const QUrl &other)
{
    return one.scheme() == other.scheme() && one.host() == other.host()
        && portOf(one) == portOf(other);
}

bool isAllowed(const QUrl &from, const QUrl &to, HttpClient::Redirects allowed)
{
    switch (allowed) {
    case HttpClient::Redirects::None:
        return false;
    case HttpClient::Redirects::SameOrigin:
        return isSameOrigin(from, to);
    case HttpClient::Redirects::NotLessSafe:
        return isHttpAddress(to) && (from.scheme() != "https"_L1 || to.scheme() == "https"_L1);
    }
    return false;
}

/// RFC 9110: 303 means to go and get, and so do 301 and 302 after a POST.
bool turnsIntoGet(const QByteArray &method, int status)
{
    return (status == 303 && method != "HEAD")
        || ((status == 301 || status == 302) && method == "POST");
}

bool isForEverybody(const QByteArray &header)
{
    return header.compare("Accept", Qt::CaseInsensitive) == 0
        || header.compare("Content-Type", Qt::CaseInsensitive) == 0;
}

} // namespace

bool isHttpAddress(const QUrl &url)
{
    return url.isValid() && !url.host().isEmpty()
        && (url.scheme() == "http"_L1 || url.scheme() == "https"_L1);
}

std::optional<HttpRequest> redirected(
    const HttpRequest &request, const HttpResponse &response, HttpClient::Redirects allowed)
{
    const int status = response.status();
    const QString location = response.header(u"location");
    const bool sendsOn
        = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (!sendsOn || location.isEmpty())
        return std::nullopt;
    const QUrl target = request.url().resolved(QUrl(location));
    if (!isAllowed(request.url(), target, allowed))
        return std::nullopt;

    const bool gets = turnsIntoGet(request.method(), status);
    HttpRequest next(gets ? QByteArray("GET") : request.method(), target);
    const bool staysHere = isSameOrigin(request.url(), target);
    for (const auto &[name, value] : request.headers()) {
        const bool isOfBody = name.startsWith("Content-") || name.startsWith("content-");
        if ((staysHere || isForEverybody(name)) && !(gets && isOfBody))
            next.setHeader(name, value);
    }
    if (!gets)
        next.setRawBody(request.body());
    return next;
}

} // namespace semper
