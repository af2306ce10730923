// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/httphandler.h>
#include <semper/httplimits.h>
#include <semper/semper_server_export.h>
#include <semper/service.h>
#include <semper/websocketendpoint.h>

#include <QHttpServer>
#include <QString>

#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace semper {

struct HttpServiceOptions
{
    QString listen = {}; ///< "host:port", "[v6]:port" or "unix:PATH"; port 0 takes any free one
    HttpLimits limits = {};
    std::optional<TlsSpec> tls = {}; ///< none: no TLS
};

/// An HTTP service with routes of your own. Each request reaches its handler whole and checked;
/// one that breaks a limit, or the rules of HTTP, is answered before any handler runs. "/" tells
/// that the service is up, unless you route it. The services' thread only.
class SEMPER_SERVER_EXPORT HttpService : public Service
{
    Q_OBJECT
public:
    using Options = HttpServiceOptions;
    using Method = QHttpServerRequest::Method;
    using Methods = QHttpServerRequest::Methods;

    explicit HttpService(QAnyStringView name, const Options &options = {});
    ~HttpService() override;

    /// Answers \a path, any method. The handler takes what "<arg>" in the path matched, then
    /// const QHttpServerRequest & if it likes, and returns the answer: a QString, a QJsonObject,
    /// or a QHttpServerResponse. It runs on the thread of all services and holds them up meanwhile.
    ///
    /// Or it is a coroutine and returns a QCoro::Task of one of these. Then it takes an
    /// HttpServerRequest in place of the QHttpServerRequest, holds up nothing while it waits, and
    /// is answered for with 503 after HttpLimits::handlerTimeout. When the client has left it runs
    /// to its end all the same.
    ///
    /// What it throws becomes a 500. False, with a warning, for a path that makes no pattern.
    template <typename Handler>
    bool route(QAnyStringView path, Handler handler)
    {
        return route(path, Method::AnyKnown, std::move(handler));
    }
    /// The same for some methods. Who answers GET answers HEAD, without the body.
    template <typename Handler>
    bool route(QAnyStringView path, Methods methods, Handler handler)
    {
        if (methods.testFlag(Method::Get))
            methods |= Method::Head;
        const QString pattern = path.toString();
        return checkRoute(pattern,
            m_http.route(pattern, methods, detail::safeHandler(std::move(handler), pattern)));
    }

    /// WebSockets that ask for \a path, exactly, are \a handler's, as
    /// WebSocketEndpoint::onMessage() has it. The reference is valid for as long as the service is.
    /// Messages have the limit of bodies. Before listen() only; a later call with the same path
    /// replaces the handler.
    template <typename Handler>
    WebSocketEndpoint &webSocket(QAnyStringView path, Handler handler)
    {
        WebSocketEndpoint &endpoint = endpointAt(path.toString());
        endpoint.onMessage(std::move(handler));
        return endpoint;
    }

    [[nodiscard]] QString type() const override;

protected:
    [[nodiscard]] std::unique_ptr<ServiceListener> makeListener(const ListenerSpec &spec) override;
    void adopt(std::unique_ptr<ServiceListener> listener) override;

private:
    [[nodiscard]] static bool checkRoute(const QString &path, bool routed);
    [[nodiscard]] QHttpServerResponse answerUnrouted(const QHttpServerRequest &request) const;

    [[nodiscard]] WebSocketEndpoint &endpointAt(const QString &path);

    HttpLimits m_httpLimits;
    std::map<QByteArray, std::unique_ptr<WebSocketEndpoint>> m_endpoints; ///< by path
    QHttpServer m_http; ///< whose the listeners are
};

} // namespace semper
