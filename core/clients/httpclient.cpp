// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/httpclient.h>

#include <semper/suspension.h>
#include <semper/taskscope.h>

#include "httpexchange.h"
#include "httpredirect.h"
#include "trust.h"

#include <QNetworkAccessManager>
#include <QNetworkRequest>
#include <QSslConfiguration>

#include <exception>
#include <optional>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr int maximumRedirections = 10;

struct Settings
{
    std::chrono::milliseconds timeout = 30s;
    qsizetype maximumBodyBytes = 16 * 1024 * 1024;
    HttpClient::Redirects redirects = HttpClient::Redirects::SameOrigin;
    HttpHeaders headers{{"User-Agent", "Semper/" SEMPER_VERSION}};
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
};

std::exception_ptr error(HttpError::Kind kind, const HttpRequest &request, const QString &why)
{
    return std::make_exception_ptr(HttpError(kind, describe(request) + u": "_s + why));
}

QNetworkRequest transportOf(const HttpRequest &request, const Settings &settings)
{
    QNetworkRequest transport(request.url());
    transport.setSslConfiguration(settings.tls);
    transport.setAttribute(
        QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    transport.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    transport.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    for (const auto &[name, value] : request.headers())
        transport.setRawHeader(name, value);
    return transport;
}

HttpRequest made(const QByteArray &method, const QUrl &url, const QJsonObject &body)
{
    HttpRequest request(method, url);
    request.setBody(body);
    return request;
}

HttpRequest made(const QByteArray &method, const QUrl &url, const QByteArray &body,
    const QByteArray &contentType)
{
    HttpRequest request(method, url);
    request.setBody(body, contentType);
    return request;
}

} // namespace

struct HttpClient::Shared
{
    explicit Shared(TaskScope &owner)
        : scope(owner)
    { }

    static QCoro::Task<HttpResponse> perform(std::shared_ptr<Shared> shared, HttpRequest request);

    TaskScope &scope;
    QNetworkAccessManager network;
    Settings settings;
};

QCoro::Task<HttpResponse> HttpClient::Shared::perform(
    std::shared_ptr<Shared> shared, HttpRequest request)
{
    const Settings settings = shared->settings;
    const Clock &clock = shared->scope.clock();
    const std::chrono::milliseconds deadline = clock.now() + settings.timeout;
    request.addHeaders(settings.headers);
    for (int redirections = 0;; ++redirections) {
        Suspension ended(shared->scope, Suspension::OnStop::Throw);
        std::optional<HttpExchange> exchange;
        if (!isHttpAddress(request.url())) {
            ended.fail(error(HttpError::Kind::Protocol, request, u"that is no address for HTTP"_s));
        } else if (redirections > maximumRedirections) {
            ended.fail(error(HttpError::Kind::Protocol, request, u"redirected too often"_s));
        } else if (!shared->scope.stopRequested()) {
            exchange.emplace(shared->network, transportOf(request, settings), request,
                settings.maximumBodyBytes, ended);
            ended.endAfter(deadline - clock.now(),
                error(HttpError::Kind::Timeout, request,
                    u"no answer within %1 ms"_s.arg(settings.timeout.count())));
        }
        co_await ended.ended();
        HttpResponse response = exchange->response();
        const auto next = redirected(request, response, settings.redirects);
        if (!next)
            co_return response;
        request = *next;
    }
}

HttpClient::HttpClient(TaskScope &scope)
    : m_shared(std::make_shared<Shared>(scope))
{ }

HttpClient::~HttpClient() = default;

void HttpClient::setTimeout(std::chrono::milliseconds timeout)
{
    m_shared->settings.timeout = timeout;
}

void HttpClient::setMaximumBodyBytes(qsizetype bytes)
{
    m_shared->settings.maximumBodyBytes = bytes;
}

void HttpClient::setRedirects(Redirects redirects)
{
    m_shared->settings.redirects = redirects;
}

void HttpClient::setHeader(const QByteArray &name, const QByteArray &value)
{
    semper::setHeader(m_shared->settings.headers, name, value);
}

void HttpClient::setBearerToken(const QByteArray &token)
{
    setHeader("Authorization", "Bearer " + token.trimmed());
}

void HttpClient::addAuthorities(const QByteArray &pem)
{
    semper::addAuthorities(m_shared->settings.tls, pem);
}

QCoro::Task<HttpResponse> HttpClient::get(const QUrl &url)
{
    return send(HttpRequest("GET", url));
}

QCoro::Task<HttpResponse> HttpClient::head(const QUrl &url)
{
    return send(HttpRequest("HEAD", url));
}

QCoro::Task<HttpResponse> HttpClient::remove(const QUrl &url)
{
    return send(HttpRequest("DELETE", url));
}

QCoro::Task<HttpResponse> HttpClient::post(const QUrl &url, const QJsonObject &body)
{
    return send(made("POST", url, body));
}

QCoro::Task<HttpResponse> HttpClient::post(
    const QUrl &url, const QByteArray &body, const QByteArray &contentType)
{
    return send(made("POST", url, body, contentType));
}

QCoro::Task<HttpResponse> HttpClient::put(const QUrl &url, const QJsonObject &body)
{
    return send(made("PUT", url, body));
}

QCoro::Task<HttpResponse> HttpClient::put(
    const QUrl &url, const QByteArray &body, const QByteArray &contentType)
{
    return send(made("PUT", url, body, contentType));
}

QCoro::Task<HttpResponse> HttpClient::patch(const QUrl &url, const QJsonObject &body)
{
    return send(made("PATCH", url, body));
}

QCoro::Task<HttpResponse> HttpClient::patch(
    const QUrl &url, const QByteArray &body, const QByteArray &contentType)
{
    return send(made("PATCH", url, body, contentType));
}

QCoro::Task<HttpResponse> HttpClient::send(const HttpRequest &request)
{
    return Shared::perform(m_shared, request);
}

} // namespace semper
