// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/httphandler.h>
#include <semper/httplimits.h>
#include <semper/semper_server_export.h>
#include <semper/service.h>

#include <QHttpServer>
#include <QString>

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
/// that the service is up, unless you route it. Main thread only.
class SEMPER_SERVER_EXPORT HttpService : public Service
{
    Q_OBJECT
public:
    using Options = HttpServiceOptions;
    using Method = QHttpServerRequest::Method;
    using Methods = QHttpServerRequest::Methods;

    explicit HttpService(const QString &name, const Options &options = {});
    ~HttpService() override;

    /// Answers \a path, any method. The handler takes what "<arg>" in the path matched, then
    /// const QHttpServerRequest & if it likes, and returns the answer: a QString, a QJsonObject,
    /// or a QHttpServerResponse. It runs on the main thread and holds up everything while it does.
    /// What it throws becomes a 500. False, with a warning, for a path that makes no pattern.
    template <typename Handler>
    bool route(const QString &path, Handler handler)
    {
        return route(path, Method::AnyKnown, std::move(handler));
    }
    /// The same for some methods. Who answers GET answers HEAD, without the body.
    template <typename Handler>
    bool route(const QString &path, Methods methods, Handler handler)
    {
        if (methods.testFlag(Method::Get))
            methods |= Method::Head;
        return checkRoute(
            path, m_http.route(path, methods, detail::safeHandler(std::move(handler))));
    }

    [[nodiscard]] QString type() const override;

protected:
    [[nodiscard]] std::unique_ptr<ServiceListener> makeListener(const ListenerSpec &spec) override;
    void adopt(std::unique_ptr<ServiceListener> listener) override;

private:
    [[nodiscard]] static bool checkRoute(const QString &path, bool routed);
    [[nodiscard]] QHttpServerResponse answerUnrouted(const QHttpServerRequest &request) const;

    HttpLimits m_httpLimits;
    QHttpServer m_http; ///< whose the listeners are
};

} // namespace semper
