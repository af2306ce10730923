// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/httpservice.h"

#include "protocol/keys.h"
#include "services/guardedserver.h"
#include "services/problemresponse.h"
#include "services/qthttpcompat.h"
#include "spec/listenaddress.h"

#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLoggingCategory>

#include <memory>
#include <variant>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(log, "semper.server.http")

} // namespace

HttpService::HttpService(const QString &name, const Options &options)
    : Service(name)
    , m_options(options)
{
    qthttp::setFallback(
        m_http, [this](const QHttpServerRequest &request) { return answerUnrouted(request); });
}

HttpService::~HttpService() = default;

QString HttpService::type() const
{
    return u"http"_s;
}

std::optional<QString> HttpService::listen()
{
    const auto parsed = parseListenAddress(m_options.listen, QDir::currentPath());
    if (const auto *problem = std::get_if<QString>(&parsed))
        return u"the address \"%1\" of service %2 %3"_s.arg(m_options.listen, name(), *problem);
    auto server = std::make_unique<GuardedServer>(m_options.limits);
    if (const auto reason = server->listenOn(std::get<ListenAddress>(parsed)))
        return reason;
    m_server = server.get();
    qthttp::bind(m_http, std::move(server));
    return {};
}

Rebinding HttpService::rebind(const QString &address)
{
    const auto parsed = parseListenAddress(address, QDir::currentPath());
    if (const auto *problem = std::get_if<QString>(&parsed))
        return u"\"%1\" %2"_s.arg(address, *problem);
    // A function can be copied, so what it holds must be shared.
    const auto server = std::make_shared<std::unique_ptr<GuardedServer>>(
        std::make_unique<GuardedServer>(m_options.limits));
    if (const auto reason = (*server)->listenOn(std::get<ListenAddress>(parsed)))
        return *reason;
    return [this, address, server] {
        m_options.listen = address;
        if (m_server)
            letEnd(m_server);
        m_server = server->get();
        qthttp::bind(m_http, std::move(*server));
    };
}

void HttpService::retire()
{
    m_retired = true;
    if (m_server)
        letEnd(std::exchange(m_server, nullptr));
    else if (m_ending == 0)
        deleteLater();
}

void HttpService::letEnd(GuardedServer *server)
{
    ++m_ending;
    connect(server, &QObject::destroyed, this, [this] {
        if (--m_ending == 0 && m_retired)
            deleteLater();
    });
    server->retire();
}

QStringList HttpService::addresses() const
{
    return m_server ? m_server->addresses() : QStringList();
}

QList<Connection> HttpService::connections() const
{
    return m_server ? m_server->connections() : QList<Connection>();
}

bool HttpService::checkRoute(const QString &path, bool routed)
{
    if (!routed)
        qCWarning(log) << "cannot route" << path;
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
