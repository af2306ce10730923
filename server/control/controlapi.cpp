// SPDX-License-Identifier: GPL-3.0-or-later
#include "control/controlapi.h"

#include "http/guardedserver.h"
#include "http/httphandler.h"
#include "http/knownhost.h"
#include "http/qthttpcompat.h"

#include <QDeadlineTimer>
#include <QLoggingCategory>

#include <chrono>
#include <memory>
#include <utility>
#include <variant>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logControlApi, "semper.server.control", QtInfoMsg)

/// Who guesses is to be seen in the log, and not to fill it.
void noteWrongToken()
{
    constexpr auto pause = 10s;
    static thread_local QDeadlineTimer silent; // which has expired
    static thread_local qint64 untold = 0;
    ++untold;
    if (!silent.hasExpired())
        return;
    silent.setRemainingTime(pause);
    qCInfo(logControlApi,
        "a token was shown that is not the server's: %lld since the last such line",
        qlonglong(std::exchange(untold, 0)));
}

bool matches(const std::optional<BearerToken> &right, const QByteArray &token)
{
    const bool isRight = right && right->matches(token);
    if (right && !isRight && !token.isEmpty())
        noteWrongToken();
    return isRight;
}

} // namespace

ControlApi::ControlApi(Supervision &supervision, const HttpLimits &limits)
    : m_limits(limits)
    , m_handlers(supervision)
{
    addRoutes();
}

ControlApi::~ControlApi() = default;

std::optional<QString> ControlApi::listen(
    const ListenAddress &address, const QString &stateDirectory)
{
    auto token = BearerToken::load(stateDirectory);
    if (auto *problem = std::get_if<QString>(&token))
        return std::move(*problem);
    m_token = std::get<BearerToken>(std::move(token));
    m_address = address;
    auto server = makeServer();
    if (auto fault = server->listenOn({.address = address}))
        return std::move(fault->message);
    use(std::move(server));
    return {};
}

bool ControlApi::isToken(const QByteArray &token) const
{
    return matches(m_token, token);
}

std::function<bool(const QByteArray &)> ControlApi::tokenCheck() const
{
    return [right = m_token](const QByteArray &token) { return matches(right, token); };
}

std::unique_ptr<GuardedServer> ControlApi::makeServer()
{
    return std::make_unique<GuardedServer>(
        m_connections, m_limits, [this](const RequestHead &head) { return admit(head); });
}

void ControlApi::use(std::unique_ptr<GuardedServer> server)
{
    m_server = server.get();
    qthttp::bind(m_http, std::move(server));
    m_server->startAccepting();
}

Rebinding ControlApi::rebind(const ListenAddress &address)
{
    // A function can be copied, so what it holds must be shared.
    const auto server = std::make_shared<std::unique_ptr<GuardedServer>>(makeServer());
    if (const auto fault = (*server)->listenOn({.address = address}))
        return fault->message;
    return [this, address, server] {
        m_address = address;
        if (m_server)
            m_server->retire();
        use(std::move(*server));
    };
}

QString ControlApi::address() const
{
    return m_server ? m_server->addresses().value(0) : QString();
}

void ControlApi::addRoutes()
{
    using Method = QHttpServerRequest::Method;
    // Rules are tried in this order, so what follows a path's own method is every other one.
    const auto get = [this](const QString &path, auto handler) {
        m_http.route(path, Method::Get | Method::Head, detail::safeHandler(handler));
        m_http.route(path,
            detail::safeHandler([] { return ControlHandlers::methodNotAllowed("GET, HEAD"_ba); }));
    };
    get(u"/healthz"_s, [this] { return m_handlers.health(); });
    get(u"/readyz"_s, [this] { return m_handlers.readiness(); });
    get(u"/api/v1/server"_s, [this] { return m_handlers.server(); });
    get(u"/api/v1/processes"_s, [this] { return m_handlers.processes(); });

    get(u"/api/v1/connections"_s,
        [this](const HttpServerRequest &request) { return m_handlers.connections(request.url); });
    get(u"/api/v1/events"_s,
        [this](const HttpServerRequest &request) { return m_handlers.events(request.url); });

    const auto getOf = [this](const QString &path, auto handler) {
        m_http.route(path, Method::Get | Method::Head, detail::safeHandler(handler));
        m_http.route(path, detail::safeHandler([](const QString &) {
            return ControlHandlers::methodNotAllowed("GET, HEAD"_ba);
        }));
    };
    getOf(u"/api/v1/processes/<arg>"_s,
        [this](const QString &name) { return m_handlers.process(name); });
    getOf(u"/api/v1/processes/<arg>/deaths"_s,
        [this](const QString &selector) { return m_handlers.deaths(selector); });

    const auto command = u"/api/v1/processes/<arg>/<arg>"_s;
    m_http.route(command, Method::Post,
        detail::safeHandler([this](const QString &selector, const QString &action,
                                const QHttpServerRequest &request) {
            return m_handlers.command(selector, action, request.body());
        }));
    m_http.route(command, detail::safeHandler([](const QString &, const QString &action) {
        return ControlHandlers::commandNeedsPost(action);
    }));
    addReload();
    qthttp::setFallback(
        m_http, [](const QHttpServerRequest &) { return ControlHandlers::notFound(); });
}

void ControlApi::addReload()
{
    const auto path = u"/api/v1/reload"_s;
    m_http.route(path, QHttpServerRequest::Method::Post,
        detail::safeHandler([this](const HttpServerRequest &request) {
            return m_handlers.reload(request.url, request.body);
        }));
    m_http.route(
        path, detail::safeHandler([] { return ControlHandlers::methodNotAllowed("POST"_ba); }));
}

std::optional<Problem> ControlApi::admit(const RequestHead &head) const
{
    // A page of a stranger's host name that resolves to this address must not get in. A browser
    // always names a host; HTTP/1.0 does not ask for one.
    const QByteArray host = head.value("host");
    if (!host.isEmpty() && !isKnownHost(host, m_address))
        return Problem{.status = 421, .detail = u"no such host here"_s};
    if (head.path == "/healthz" || head.path == "/readyz")
        return {};
    if (isToken(bearerTokenOf(head)))
        return {};
    return Problem{.status = 401,
        .detail = u"a bearer token is needed"_s,
        .headers = {{"WWW-Authenticate"_ba, "Bearer"_ba}}};
}

} // namespace semper
