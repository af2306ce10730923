// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/http/httpservice.h"

#include "http/guardedserver.h"
#include "http/problemresponse.h"
#include "http/qthttpcompat.h"
#include "protocol/keys.h"
#include "services/peers/peergroup.h"
#include "services/websocket/websocketgate.h"
#include "services/websocket/websockethandshake.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QLoggingCategory>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logHttpService, "semper.server.http", QtInfoMsg)

} // namespace

HttpService::HttpService(QAnyStringView name, const Options &options)
    : Service(name, {.listen = options.listen, .tls = options.tls}, options.limits.common())
    , m_httpLimits(options.limits)
{
    qthttp::setFallback(
        m_http, [this](const QHttpServerRequest &request) { return answerUnrouted(request); });
}

HttpService::~HttpService()
{
    for (const auto &[path, endpoint] : m_endpoints)
        endpoint->m_peers->fallSilent();
}

QString HttpService::type() const
{
    return u"http"_s;
}

std::unique_ptr<ServiceListener> HttpService::makeListener(const ListenerSpec &)
{
    auto server = std::make_unique<GuardedServer>(table(), m_httpLimits);
    if (m_endpoints.empty())
        return server;
    server->setUpgrading(
        [this, listener = server.get()](const RequestHead &head, QTcpSocket &socket,
            ConnectionRecord &record, const ServiceLimits &limits)
            -> std::variant<std::monostate, Problem, UpgradedConnection *> {
            const auto endpoint = m_endpoints.find(head.path);
            if (endpoint == m_endpoints.end() || !asksForWebSocket(head))
                return std::monostate();
            return endpoint->second->m_gate->pass(
                head, socket, record, limits, &listener->spec().address);
        });
    return server;
}

WebSocketEndpoint &HttpService::endpointAt(const QString &path)
{
    std::unique_ptr<WebSocketEndpoint> &endpoint = m_endpoints[path.toUtf8()];
    if (endpoint)
        return *endpoint;
    endpoint = std::make_unique<WebSocketEndpoint>();
    endpoint->m_gate->setTokenCheck([this](const QByteArray &token) { return isToken(token); });
    endpoint->m_gate->terms().mayIdle = true; // the idle time-out is one between two requests
    return *endpoint;
}

void HttpService::adopt(std::unique_ptr<ServiceListener> listener)
{
    qthttp::bind(m_http, std::move(listener));
}

bool HttpService::checkRoute(const QString &path, bool routed)
{
    if (!routed)
        qCWarning(logHttpService) << "cannot route" << path;
    return routed;
}

QHttpServerResponse HttpService::answerUnrouted(const QHttpServerRequest &request) const
{
    const bool asks = request.method() == Method::Get || request.method() == Method::Head;
    if (!asks || request.url().path() != "/"_L1)
        return problemResponse({.status = 404, .detail = u"nothing is at this address"_s});
    const QJsonObject status{{keys::service, name()}, {keys::status, u"ok"_s}};
    return QHttpServerResponse(
        "application/json"_ba, QJsonDocument(status).toJson(QJsonDocument::Compact) + '\n');
}

} // namespace semper
