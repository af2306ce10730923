// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/rpcclient.h>

#include <semper/httpclient.h>
#include <semper/taskscope.h>

#include "rpc/jsontext.h"
#include "rpc/rpcanswer.h"
#include "rpcchannel.h"
#include "trust.h"

#include <stdexcept>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

RpcTransportError::Kind kindOf(HttpError::Kind kind)
{
    switch (kind) {
    case HttpError::Kind::Unreachable:
    case HttpError::Kind::Tls:
        return RpcTransportError::Kind::Unreachable;
    case HttpError::Kind::Timeout:
        return RpcTransportError::Kind::Timeout;
    case HttpError::Kind::TooLarge:
        return RpcTransportError::Kind::BadAnswer;
    case HttpError::Kind::Protocol:
        return RpcTransportError::Kind::ConnectionLost;
    }
    Q_UNREACHABLE();
}

QJsonValue resultOf(const HttpResponse &response, const RpcRequest &request)
{
    // The body tells more than the status: an error has both.
    for (const RpcAnswer &answer : readRpcAnswers(response.body())) {
        if (const auto *error = std::get_if<RpcError>(&answer.outcome))
            throw *error;
        if (answer.id == request.id)
            return std::get<QJsonValue>(answer.outcome);
    }
    if (request.isNotification() && response.isSuccess())
        return QJsonValue::Null;
    throw RpcTransportError(RpcTransportError::Kind::BadAnswer,
        u"%1: the answer, of status %2, is none of JSON-RPC"_s.arg(request.method)
            .arg(response.status()));
}

QCoro::Task<QJsonValue> post(std::shared_ptr<HttpClient> http, QUrl url, RpcRequest request)
{
    HttpRequest message("POST", url);
    message.setBody(toJsonText(request), "application/json");
    HttpResponse response;
    try {
        response = co_await http->send(message);
    } catch (const HttpError &error) {
        throw RpcTransportError(
            kindOf(error.kind()), u"%1: %2"_s.arg(request.method, QString::fromUtf8(error.what())));
    }
    co_return resultOf(response, request);
}

} // namespace

struct RpcClient::Private
{
    std::shared_ptr<HttpClient> http; ///< one of the two; calls under way hold it too
    std::shared_ptr<RpcChannel> channel;
    QUrl url;
    qint64 lastId = 0;
};

RpcClient::RpcClient(TaskScope &scope, const QUrl &address, const RpcClientOptions &options)
    : m_private(std::make_unique<Private>())
{
    m_private->url = address;
    const QString scheme = address.scheme();
    if (scheme != "http"_L1 && scheme != "https"_L1) {
        m_private->channel = std::make_shared<RpcChannel>(scope, address, options);
        return;
    }
    m_private->http = std::make_shared<HttpClient>(scope);
    m_private->http->setTimeout(options.timeout);
    m_private->http->setMaximumBodyBytes(options.maximumAnswerBytes);
    if (!options.token.isEmpty())
        m_private->http->setBearerToken(options.token);
    if (!options.authorities.isEmpty())
        m_private->http->addAuthorities(options.authorities);
}

RpcClient::~RpcClient() = default;

QString RpcClient::swoftRoute(
    QAnyStringView interface, QAnyStringView method, QAnyStringView version)
{
    return u"%1::%2::%3"_s.arg(version.toString(), interface.toString(), method.toString());
}

QString RpcClient::defaultVersion()
{
    return u"1.0"_s;
}

QCoro::Task<QJsonValue> RpcClient::send(
    const QString &method, const QJsonValue &params, bool isNotification)
{
    RpcRequest request{.method = method, .params = params};
    if (m_private->channel)
        return RpcChannel::perform(m_private->channel, request, isNotification);
    if (!isNotification)
        request.id = QByteArray::number(++m_private->lastId);
    return post(m_private->http, m_private->url, request);
}

} // namespace semper
