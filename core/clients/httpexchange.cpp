// SPDX-License-Identifier: LGPL-3.0-or-later
#include "httpexchange.h"

#include <semper/suspension.h>

#include <QNetworkAccessManager>
#include <QNetworkRequest>
#include <QSslError>

#include <exception>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

/// What waits in QtNetwork for this thread: a server that floods is slowed down.
constexpr qint64 readBufferBytes = 256 * 1024;

HttpError::Kind kindOf(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::ConnectionRefusedError:
    case QNetworkReply::HostNotFoundError:
    case QNetworkReply::TemporaryNetworkFailureError:
    case QNetworkReply::NetworkSessionFailedError:
    case QNetworkReply::UnknownNetworkError:
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyConnectionClosedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyAuthenticationRequiredError:
    case QNetworkReply::UnknownProxyError:
        return HttpError::Kind::Unreachable;
    case QNetworkReply::TimeoutError:
    case QNetworkReply::ProxyTimeoutError:
        return HttpError::Kind::Timeout;
    case QNetworkReply::SslHandshakeFailedError:
        return HttpError::Kind::Tls;
    default: // an enumeration of Qt, which may grow
        return HttpError::Kind::Protocol;
    }
}

/// Whether \a error only says that the status of a whole answer is 400 or above.
bool isOfStatus(QNetworkReply::NetworkError error)
{
    return (error >= QNetworkReply::ContentAccessDenied
               && error <= QNetworkReply::UnknownContentError)
        || (error >= QNetworkReply::InternalServerError
            && error <= QNetworkReply::UnknownServerError);
}

/// By the way of QtNetwork that knows the method: others lack what is special about it.
QNetworkReply *begin(
    QNetworkAccessManager &network, const QNetworkRequest &transport, const HttpRequest &request)
{
    const QByteArray method = request.method();
    const QByteArray body = request.body();
    if (body.isEmpty() && method == "GET")
        return network.get(transport);
    if (body.isEmpty() && method == "HEAD")
        return network.head(transport);
    if (body.isEmpty() && method == "DELETE")
        return network.deleteResource(transport);
    return network.sendCustomRequest(transport, method, body);
}

} // namespace

void HttpExchange::DeleteReply::operator()(QNetworkReply *reply) const
{
    reply->abort();
    reply->deleteLater(); // it may be its own signal that brought us here
}

HttpExchange::HttpExchange(QNetworkAccessManager &network, const QNetworkRequest &transport,
    const HttpRequest &request, qsizetype maximumBodyBytes, Suspension &ended)
    : m_request(request)
    , m_maximumBodyBytes(maximumBodyBytes)
    , m_ended(ended)
    , m_reply(begin(network, transport, request))
{
    m_reply->setReadBufferSize(readBufferBytes);
    QNetworkReply *reply = m_reply.get();
    QObject *context = &m_ended.context();
    QObject::connect(reply, &QNetworkReply::requestSent, context, [this] { m_wasSent = true; });
    QObject::connect(reply, &QNetworkReply::metaDataChanged, context, [this] { checkLength(); });
    QObject::connect(reply, &QNetworkReply::readyRead, context, [this] { readBody(); });
    QObject::connect(
        reply, &QNetworkReply::sslErrors, context, [this](const QList<QSslError> &errors) {
            QStringList texts;
            for (const QSslError &error : errors)
                texts.append(error.errorString());
            m_tlsErrors = texts.join(u"; "_s);
        });
    QObject::connect(reply, &QNetworkReply::finished, context, [this] { finish(); });
}

HttpExchange::~HttpExchange()
{
    // Not from everybody: QtNetwork's own connections bring the abort to its thread.
    m_reply->disconnect(&m_ended.context());
}

HttpResponse HttpExchange::response() const
{
    HttpHeaders headers;
    for (const auto &[name, value] : m_reply->rawHeaderPairs())
        headers.append({name, value});
    return {m_request.url(), status(), std::move(headers), m_body};
}

void HttpExchange::checkLength()
{
    const QVariant length = m_reply->header(QNetworkRequest::ContentLengthHeader);
    if (m_request.method() != "HEAD" && length.toLongLong() > m_maximumBodyBytes)
        fail(HttpError::Kind::TooLarge,
            u"the answer has %1 bytes, more than %2"_s.arg(length.toLongLong())
                .arg(m_maximumBodyBytes));
}

void HttpExchange::readBody()
{
    m_body += m_reply->readAll();
    if (m_body.size() <= m_maximumBodyBytes)
        return;
    m_body.clear();
    fail(HttpError::Kind::TooLarge, u"the answer has more than %1 bytes"_s.arg(m_maximumBodyBytes));
}

void HttpExchange::finish()
{
    readBody();
    const QNetworkReply::NetworkError error = m_reply->error();
    if (error != QNetworkReply::NoError && !(isOfStatus(error) && status() >= 400)) {
        const HttpError::Kind kind = kindOf(error);
        const bool soundsUnsent
            = kind == HttpError::Kind::Unreachable || kind == HttpError::Kind::Tls;
        fail(m_wasSent && soundsUnsent ? HttpError::Kind::Protocol : kind,
            m_tlsErrors.isEmpty() ? m_reply->errorString() : m_tlsErrors);
    } else if (status() == 0) {
        fail(HttpError::Kind::Protocol, u"that is no HTTP"_s);
    } else {
        m_ended.resume();
    }
}

void HttpExchange::fail(HttpError::Kind kind, const QString &why)
{
    m_reply->disconnect(&m_ended.context());
    m_ended.fail(
        std::make_exception_ptr(HttpError(kind, u"%1: %2"_s.arg(describe(m_request), why))));
}

int HttpExchange::status() const
{
    return m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

QString describe(const HttpRequest &request)
{
    return QString::fromLatin1(request.method()) + u' '
        + request.url().toDisplayString(
            QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment);
}

} // namespace semper
